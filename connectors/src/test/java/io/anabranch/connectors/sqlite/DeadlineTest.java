/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.row;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.connectors.jdbc.Deadline;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The statements that are cancelled here would run for ever. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeadlineTest extends OpenStore {
  private static final String FOR_EVER =
      "WITH RECURSIVE n(epoch) AS (SELECT 0 UNION ALL SELECT epoch + 1 FROM n)"
          + " SELECT epoch, t.view, 0 AS event_time, 'LATE' AS kind, generation FROM n, anabranch_live_letters t"
          + " WHERE epoch < 0";

  @BeforeEach
  void fill() {
    Stores.batch(store, 5, row(5, 0, "a", 1));
  }

  @Test
  void readThatTakesTooLongIsCancelledAndItsConnectionIsUsedAgain() throws Exception {
    try (Connection other = Stores.plain(file)) {
      Stores.execute(
          other,
          "ALTER TABLE anabranch_dead_letter RENAME TO letters",
          "CREATE VIEW anabranch_dead_letter AS " + FOR_EVER);
      for (int i = 0; i < 6; i++) { // more than there are connections
        UserException problem =
            assertThrows(UserException.class, () -> Stores.read(store, within(20)));

        assertThat(
            problem.getMessage(),
            is("the read was cancelled as it took longer than its timeout, 20ms"));
        assertThat(problem.getCause(), instanceOf(SQLException.class));
      }
      Stores.execute(
          other,
          "DROP VIEW anabranch_dead_letter",
          "ALTER TABLE letters RENAME TO anabranch_dead_letter");
    }

    for (int i = 0; i < 6; i++) {
      assertThat(Stores.read(store), contains("batch 0 a=1"));
    }
    Stores.next(store, 5, 7, row(7, 0, "a", 2));
    assertThat(Stores.read(store, within(60_000)), contains("batch 0 a=1", "batch 0 a=2"));
  }

  /** The time of who takes the rows counts too: a connection is not lent for longer. */
  @Test
  void readThatIsTakenTooSlowlyIsCancelled() {
    Stores.next(store, 5, 7, row(7, 0, "a", 2));
    List<Object> rows = new ArrayList<>();

    assertThrows(
        UserException.class,
        () ->
            store.read(
                Stores.VIEW,
                within(1),
                row -> {
                  rows.add(row);
                  awaitDeadline(50);
                }));

    assertThat("rows", rows.size(), lessThan(2));
  }

  @Test
  void readThatIsInTimeIsNotCancelled() {
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Deadline first = Deadline.of(() -> await(closed), Optional.of(Duration.ZERO));

    Deadline.of(cancelled::countDown, Optional.of(Duration.ZERO)).close();
    closed.countDown();
    awaitDeadline(0);
    first.close();

    assertThat("statements cancelled", 1 - cancelled.getCount(), is(0L));
  }

  @Test
  void withoutATimeoutNothingIsCancelled() {
    CountDownLatch cancelled = new CountDownLatch(1);
    SQLException error = new SQLException("a disk is full");

    try (Deadline deadline = Deadline.of(cancelled::countDown, Optional.empty())) {
      assertThat("errors stay as they are", deadline.explain(error), sameInstance(error));
    }

    assertThat(cancelled.getCount(), is(1L));
  }

  @Test
  void errorBeforeTheDeadlineStaysAsItIs() {
    SQLException error = new SQLException("a disk is full");

    try (Deadline deadline = Deadline.of(() -> {}, Optional.of(Duration.ofHours(1)))) {
      assertThat(deadline.explain(error), sameInstance(error));
    }
  }

  /** SQLite forgets a cancel that comes before the statement runs. */
  @Test
  void statementThatStartsAfterItsDeadlineIsCancelledToo() throws Exception {
    try (Connection connection = Stores.plain(file);
        Statement statement = connection.createStatement();
        Deadline deadline = Deadline.of(statement::cancel, Optional.of(Duration.ZERO))) {
      awaitDeadline(0);

      SQLException error =
          assertThrows(
              SQLException.class,
              () -> {
                try (ResultSet result = statement.executeQuery(FOR_EVER)) {
                  while (result.next()) {}
                }
              });

      assertThrows(UserException.class, () -> deadline.explain(error));
    }
  }

  private static ReadRequest within(long millis) {
    return new ReadRequest(
        Optional.empty(), Optional.empty(), Set.of(), Optional.of(Duration.ofMillis(millis)));
  }

  /** Waits for a deadline that is set now, and so for those that pass before it. */
  private static void awaitDeadline(long millis) {
    CountDownLatch passed = new CountDownLatch(1);
    Deadline deadline = Deadline.of(passed::countDown, Optional.of(Duration.ofMillis(millis)));
    await(passed);
    deadline.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
