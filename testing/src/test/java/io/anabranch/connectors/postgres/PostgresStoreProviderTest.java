/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.testing.server.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong when a store on PostgreSQL is opened, and what is left then. */
class PostgresStoreProviderTest {
  private static final String SECRET = "open-sesame";

  private static PostgresServer server;

  @TempDir Path folder;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void closeServer() {
    server.close();
  }

  private static Settings settings(String url, String... more) {
    Map<String, String> values = new LinkedHashMap<>(Map.of("url", url));
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    return new Settings(values);
  }

  private static StoreException refused(Settings settings) {
    return assertThrows(StoreException.class, () -> ViewStores.open(settings).close());
  }

  @Test
  void firstUseMakesTheSchemaAndLaterUsesFindIt() {
    Settings settings = settings(server.newDatabase());
    assertThat("before", ViewStores.exists(settings), is(false));

    try (ViewStore store = ViewStores.open(settings)) {
      assertThat(store.catalog().nextId(IdKind.RUN), is(1L));
    }

    assertThat("after", ViewStores.exists(settings), is(true));
    try (ViewStore store = ViewStores.open(settings)) {
      assertThat(store.catalog().nextId(IdKind.RUN), is(2L));
    }
  }

  @Test
  void applicationsShareADatabaseBySchemas() {
    String url = server.newDatabase();
    try (ViewStore one = ViewStores.open(settings(url, "schema", "one"));
        ViewStore two = ViewStores.open(settings(url, "schema", "two"))) {
      assertThat(one.catalog().nextId(IdKind.RUN), is(1L));
      assertThat("numbers of its own", two.catalog().nextId(IdKind.RUN), is(1L));
    }
  }

  @Test
  void serverThatIsNotThereIsUnreachable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    StoreException error = refused(settings("jdbc:postgresql://localhost:" + port + "/views"));

    assertThat(error.code(), is(Code.UNREACHABLE));
    assertThat(error.getMessage(), containsString("cannot be reached"));
  }

  @Test
  void databaseThatIsNotThereIsDenied() {
    StoreException error = refused(settings(server.url("nowhere")));

    assertThat(error.code(), is(Code.DENIED));
    assertThat(error.getMessage(), containsString("\"nowhere\" does not exist"));
  }

  @Test
  void roleWithoutRightsIsToldSo() {
    String url = server.newDatabase();
    server.execute("CREATE ROLE guest LOGIN");

    StoreException error = refused(settings(url.replaceAll("\\?.*", ""), "user", "guest"));

    assertThat(error.code(), is(Code.READ_ONLY));
    assertThat(error.getMessage(), containsString("denies this user a right"));
    assertThat("nothing is half made", ViewStores.exists(settings(url)), is(false));
  }

  @Test
  void readOnlyServerIsToldSo() {
    String url = server.newDatabase();

    StoreException error =
        refused(settings(url + "&options=-c%20default_transaction_read_only%3Don"));

    assertThat(error.code(), is(Code.READ_ONLY));
    assertThat(error.getMessage(), containsString("is read only"));
  }

  @Test
  void tablesOfAnotherApplicationAreNotTouched() {
    String url = server.newDatabase();
    server.execute(url, "CREATE SCHEMA shop");
    server.execute(url, "CREATE TABLE shop.orders (id BIGINT)");

    StoreException error = refused(settings(url, "schema", "shop"));

    assertThat(error.code(), is(Code.UNREADABLE));
    assertThat(error.getMessage(), containsString("\"shop\""));
    assertThat(error.getMessage(), containsString("tables of another application"));
  }

  @Test
  void serverOutOfConnectionsIsUnreachableForNow() {
    String url = server.newDatabase();
    server.execute("CREATE ROLE one_at_a_time LOGIN CONNECTION LIMIT 0");

    StoreException error = refused(settings(url.replaceAll("\\?.*", ""), "user", "one_at_a_time"));

    assertThat(error.code(), is(Code.UNREACHABLE));
    assertThat(error.getMessage(), containsString("has no connection left"));
  }

  @Test
  void passwordIsReadFromAFileAndNeverShown() throws IOException {
    server.execute("CREATE ROLE keeper LOGIN PASSWORD '" + SECRET + "'");
    server.requirePasswordOf("keeper");
    String url = server.newDatabase().replaceAll("\\?.*", "");
    Path right = Files.writeString(folder.resolve("right"), SECRET + "\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), SECRET + "!\n");
    server.execute("GRANT CREATE ON DATABASE " + url.replaceAll(".*/", "") + " TO keeper");

    ViewStores.open(settings(url, "user", "keeper", "passwordFile", right.toString())).close();
    StoreException error =
        refused(settings(url, "user", "keeper", "passwordFile", wrong.toString()));

    assertThat(error.code(), is(Code.DENIED));
    assertThat(error.getMessage(), containsString("refuses this user or this password"));
    assertThat(error.getMessage(), not(containsString(SECRET)));
    StoreException missing =
        refused(settings(url, "user", "keeper", "passwordFile", folder + "/none"));
    assertThat(missing.code(), is(Code.DENIED));
    assertThat(missing.getMessage(), containsString("store.passwordFile"));
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h/d?user=u&password=open-sesame, , url holds a password",
    "jdbc:postgresql://h:port/d, , name a host",
    "jdbc:postgresql://h/d, Shop, small letters",
  })
  void refusesWrongSettingsBeforeAnythingIsTouched(String url, String schema, String message) {
    Settings settings = schema == null ? settings(url) : settings(url, "schema", schema);

    UserException error =
        assertThrows(UserException.class, () -> ViewStores.open(settings).close());

    assertThat(error.getMessage(), containsString(message));
    assertThat(error.getMessage(), not(containsString(SECRET)));
  }

  @Test
  void runsGoOnOnceTheServerIsBack() {
    Settings settings = settings(server.newDatabase());
    try (ViewStore store = ViewStores.open(settings)) {
      long before = store.catalog().nextId(IdKind.RUN);

      server.kill();
      StoreException gone =
          assertThrows(StoreException.class, () -> store.catalog().nextId(IdKind.RUN));
      server.restart();

      assertThat(gone.code(), is(Code.UNREACHABLE));
      assertThat("what was committed is there", store.catalog().nextId(IdKind.RUN), is(before + 1));
    }
  }

  @Test
  void textsWithAZeroCharacterAreStored() {
    try (ViewStore store = ViewStores.open(settings(server.newDatabase()))) {
      store.progress().heartbeat(new RunBeat(1, "a\0b", RunBeat.State.ALIVE));

      assertThat(store.progress().read(List.of(1L)).get(0).layer(), is("a\u2400b"));
    }
  }
}
