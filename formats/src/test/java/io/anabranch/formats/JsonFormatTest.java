/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.Coder.NonDeterministicException;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFormatTest {
  private static final EventFormat<Order> ORDERS = JsonFormat.of(Order.class).timestamp(Order::at);

  /** An order with what events usually have. */
  public record Order(String shop, long cents, Instant at, List<Item> items, String note) {
    /** Refuses an order of nobody. */
    public Order {
      Objects.requireNonNull(shop, "shop is missing");
    }
  }

  /** Part of an order. */
  public record Item(String name, int count) {}

  private static Order decode(String json) throws Exception {
    return ORDERS.decode(LogRecord.of(json.getBytes(UTF_8)));
  }

  private static String refusal(String json) {
    return assertThrows(Exception.class, () -> decode(json)).getMessage();
  }

  @Test
  void readsRecordsWithTimesAndParts() throws Exception {
    Order order =
        decode(
            """
            {"shop": "café ☃", "cents": 9007199254740993, "at": "2026-03-01T10:00:00.123456Z",
             "items": [{"name": "tea", "count": 2}]}
            """);

    assertThat(
        order,
        is(
            new Order(
                "café ☃",
                9007199254740993L,
                Instant.parse("2026-03-01T10:00:00.123456Z"),
                List.of(new Item("tea", 2)),
                null)));
    assertThat(ORDERS.timestamp(order), is(Instant.parse("2026-03-01T10:00:00.123456Z")));
  }

  @Test
  void readsTimesThatAreNumbers() throws Exception {
    assertThat(
        decode("{\"shop\":\"a\",\"cents\":1,\"at\":1772359200.5}").at(),
        is(Instant.parse("2026-03-01T10:00:00.500Z")));
  }

  @Test
  void ignoresPropertiesThatTheClassDoesNotHave() throws Exception {
    Order order = decode("{\"shop\":\"a\",\"cents\":1,\"colour\":{\"x\":[1]}}");

    assertThat(order.cents(), is(1L));
    assertThat(order.at(), is(nullValue()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"shop\":\"a\",\"cents\":\"many\"} | property \"cents\": Cannot coerce",
        "{\"shop\":\"a\",\"cents\":12.99} | property \"cents\"",
        "{\"shop\":\"a\",\"cents\":\"1200\"} | property \"cents\"",
        "{\"shop\":\"a\"} | property \"cents\"",
        "{\"shop\":\"a\",\"cents\":null} | property \"cents\"",
        "{\"shop\":\"a\",\"cents\":1,\"items\":[{\"count\":1},{\"count\":[]}]} | property \"items.[1].count\"",
        "{\"cents\":1} | shop is missing",
        "{\"shop\":\"a\",\"cents\":1 | Unexpected end-of-input",
        "{\"shop\":\"a\",\"cents\":1}{} | Trailing token",
        "[] | Cannot deserialize",
        "null | it is empty or null",
        "nonsense | Unrecognized token",
      })
  void refusesWhatIsNoEvent(String json, String reason) {
    assertThat(refusal(json), containsString(reason));
  }

  @Test
  void refusesEmptyRecordsAndRecordsWithoutAValue() {
    assertThat(refusal(""), is("No content to map due to end-of-input"));
    assertThat(
        assertThrows(
                IllegalArgumentException.class,
                () -> ORDERS.decode(LogRecord.of(null, null, Map.of())))
            .getMessage(),
        is("the record has no value"));
  }

  @Test
  void refusalHoldsNoPartOfTheRecordButTheWrongValue() {
    assertThat(
        refusal("{\"note\":\"secret\",\"shop\":\"a\",\"cents\":\"x\"}"),
        not(containsString("secret")));
  }

  @Test
  void refusesNestingThatWouldOverflowTheStack() {
    String deep = "[".repeat(100_000);

    assertThat(refusal("{\"other\":" + deep), containsString("depth"));
  }

  @Test
  void coderGivesEventsBack() throws Exception {
    Coder<Order> coder = ORDERS.coder();
    Order order =
        new Order("é\u0000", Long.MIN_VALUE, Instant.ofEpochSecond(1, 1), List.of(), null);

    assertThat(
        CoderUtils.decodeFromByteArray(
            ListCoder.of(coder),
            CoderUtils.encodeToByteArray(ListCoder.of(coder), List.of(order, order))),
        is(List.of(order, order)));
    assertThrows(NonDeterministicException.class, coder::verifyDeterministic);
  }

  @Test
  void formatIsSerializable() throws Exception {
    EventFormat<Order> copy = SerializableUtils.ensureSerializable(ORDERS);

    assertThat(
        copy.decode(LogRecord.of("{\"shop\":\"a\",\"cents\":1}".getBytes(UTF_8))).shop(), is("a"));
    assertThat(copy.coder(), is(ORDERS.coder()));
  }

  @Test
  void takesAMapperOfTheAuthor() throws Exception {
    EventFormat<Item> items =
        JsonFormat.of(
                Item.class,
                () ->
                    JsonMapper.builder()
                        .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                        .build())
            .timestamp(item -> Instant.EPOCH);

    assertThat(
        items.decode(LogRecord.of("{\"Name\":\"tea\",\"Count\":2}".getBytes(UTF_8))),
        is(new Item("tea", 2)));
  }

  @Test
  void viewIsThreeLines() {
    ViewDefinition.of(
        MaterializedView.of(Order.class, "revenue")
            .bucket(Duration.ofHours(1))
            .contributions(Order::shop, Order::cents)
            .combine(Sum.ofLongs()),
        ORDERS);
  }

  @Test
  void refusesNullsByName() {
    assertThat(
        assertThrows(NullPointerException.class, () -> JsonFormat.of(null)).getMessage(),
        is("type is null: it must be given"));
  }
}
