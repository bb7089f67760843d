/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.formats;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.RecordBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class AvroFormatTest {
  private static final EventFormat<GenericRecord> GENERIC =
      AvroFormat.generic(Click.SCHEMA$)
          .timestamp(click -> Instant.ofEpochMilli((Long) click.get("at")));
  private static final EventFormat<Click> SPECIFIC =
      AvroFormat.of(Click.class).timestamp(click -> Instant.ofEpochMilli(click.at));

  /** As the compiler of Avro writes it, in short. */
  public static final class Click extends SpecificRecordBase {
    /** Where Avro looks for it. */
    public static final Schema SCHEMA$ =
        SchemaBuilder.record("Click")
            .namespace("io.anabranch.formats.AvroFormatTest$")
            .fields()
            .requiredString("page")
            .requiredLong("at")
            .endRecord();

    private CharSequence page = "";
    private long at;

    @Override
    public Schema getSchema() {
      return SCHEMA$;
    }

    @Override
    public Object get(int field) {
      return field == 0 ? page : (Object) at;
    }

    @Override
    public void put(int field, Object value) {
      if (field == 0) {
        page = value.toString();
      } else {
        at = (Long) value;
      }
    }
  }

  private static byte[] click(String page, long at) throws IOException {
    GenericRecord click =
        new GenericRecordBuilder(Click.SCHEMA$).set("page", page).set("at", at).build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(Click.SCHEMA$).write(click, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  @Test
  void readsGenericRecords() throws Exception {
    GenericRecord click = GENERIC.decode(LogRecord.of(click("/é", 1_500)));

    assertThat(click.get("page").toString(), is("/é"));
    assertThat(GENERIC.timestamp(click), is(Instant.ofEpochMilli(1_500)));
  }

  @Test
  void readsGeneratedClasses() throws Exception {
    Click click = SPECIFIC.decode(LogRecord.of(click("/a", 7)));

    assertThat(click.page.toString(), is("/a"));
    assertThat(SPECIFIC.timestamp(click), is(Instant.ofEpochMilli(7)));
  }

  @Test
  void readsOnlyTheBytesOfTheRecord() throws Exception {
    byte[] one = click("/one", 1);
    byte[] two = click("/two", 2);
    RecordBatch batch =
        RecordBatch.of(1, "p").add(0, one, 0, one.length).add(1, two, 0, two.length).build();

    assertThat(GENERIC.decode(batch.cursor().at(0)).get("page").toString(), is("/one"));
    assertThat(GENERIC.decode(batch.cursor().at(1)).get("page").toString(), is("/two"));
  }

  @Test
  void coderGivesEventsBack() throws Exception {
    EventFormat<Click> copy = SerializableUtils.ensureSerializable(SPECIFIC);
    Click click = copy.decode(LogRecord.of(click("/a", 7)));

    assertThat(
        CoderUtils.decodeFromByteArray(
                copy.coder(), CoderUtils.encodeToByteArray(copy.coder(), click))
            .page
            .toString(),
        is("/a"));
  }

  @Test
  void refusesWhatTheSchemaCannotRead() throws Exception {
    byte[] click = click("/page", 1_000_000);

    assertThat(
        refusal(Arrays.copyOf(click, click.length - 1)),
        is("the record ends before its last field"));
    assertThat(refusal(new byte[0]), is("the record ends before its last field"));
    assertThat(
        refusal(Arrays.copyOf(click, click.length + 3)),
        is("the record is not of the schema: 3 bytes are left over"));
    assertThat(
        refusal(new byte[] {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 1}),
        containsString("the record"));
    assertThat(
        assertThrows(
                IllegalArgumentException.class,
                () -> GENERIC.decode(LogRecord.of(null, null, Map.of())))
            .getMessage(),
        is("the record has no value"));
  }

  @Test
  void failsForRandomBytesByExceptionsOnly() {
    Random random = new Random(11);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[random.nextInt(30)];
      random.nextBytes(bytes);
      try {
        GENERIC.decode(LogRecord.of(bytes));
      } catch (Exception e) {
        assertThat(e.toString(), e instanceof IllegalArgumentException, is(true));
      }
    }
  }

  private static String refusal(byte[] bytes) {
    return assertThrows(IllegalArgumentException.class, () -> GENERIC.decode(LogRecord.of(bytes)))
        .getMessage();
  }
}
