/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import static java.util.stream.Collectors.joining;

import io.anabranch.api.AuthorException;
import io.anabranch.api.KeyText;
import io.anabranch.api.UserException;
import io.anabranch.api.internal.Excerpt;
import io.anabranch.api.spi.log.LogPlace;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says for which view, and on which record, an author's code threw. That is known where a runner
 * calls one step from within another. Flink does so from the record on while it follows the log,
 * and in batch from the event on; the DirectRunner stores elements in between, and nothing says
 * which one it was.
 *
 * <p>Its cause is what the author's code threw, without what runners wrap around it: some of them
 * look for their own wrappers and forget all that is above.
 */
public final class RecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_EVENT = 200;
  private static final Pattern TEXT =
      Pattern.compile(
          "%s: (?:view \"(?<view>[^\"]*)\"(?:, |$))?(?:step \"(?<step>[^\"]*)\"(?:, |$))?(?:record (?<place>[^, ]+)(?:, |$))?(?:event (?<event>.*))?"
              .formatted(Pattern.quote(RecordException.class.getName())));

  private RecordException(Where where, Throwable cause) {
    super(where.toString(), cause);
  }

  /**
   * Where an error came from, as far as it is known.
   *
   * @param view the name of the view
   * @param step the name of the author's step, where this project calls it
   * @param place the place of the record in the log
   * @param event the event as text, cut if it is long
   */
  public record Where(
      Optional<String> view,
      Optional<String> step,
      Optional<String> place,
      Optional<String> event) {

    /** Reads it out of an error; some runners keep no more of an exception than its text. */
    public static Where of(Throwable error) {
      Where where =
          new Where(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
      for (Throwable cause = error; cause != null; cause = cause.getCause()) {
        Matcher matcher = TEXT.matcher(cause.toString());
        if (matcher.find()) {
          where =
              new Where(
                  where.view.or(() -> Optional.ofNullable(matcher.group("view"))),
                  where.step.or(() -> Optional.ofNullable(matcher.group("step"))),
                  where.place.or(() -> Optional.ofNullable(matcher.group("place"))),
                  where.event.or(() -> Optional.ofNullable(matcher.group("event"))));
        }
      }
      return where;
    }

    /** Returns the record and the event, empty if neither is known. */
    public Optional<String> record() {
      String text =
          Stream.of(place.map("record "::concat), event.map("event "::concat))
              .flatMap(Optional::stream)
              .collect(joining(", "));
      return Optional.of(text).filter(known -> !known.isEmpty());
    }

    @Override
    public String toString() {
      return Stream.of(
              view.map("view \"%s\""::formatted), step.map("step \"%s\""::formatted), record())
          .flatMap(Optional::stream)
          .collect(joining(", "));
    }
  }

  /**
   * Returns what to throw for an error that came while a view got an event.
   *
   * @param step the name of the author's step, empty if a runner called it
   */
  public static RuntimeException in(
      String view, Optional<String> step, Object event, Throwable error) {
    String cut = Excerpt.of(KeyText.escaped(String.valueOf(event)), LONGEST_EVENT);
    return located(new Where(Optional.of(view), step, Optional.empty(), Optional.of(cut)), error);
  }

  /** Returns what to throw for an error that came while the event of a record was given out. */
  public static RuntimeException at(LogPlace place, Throwable error) {
    Where inner = Where.of(error);
    return located(
        new Where(inner.view(), inner.step(), Optional.of(place.toString()), inner.event()), error);
  }

  /** Other errors, as of a store, have nothing to do with the record. */
  private static RuntimeException located(Where where, Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof AuthorException) {
        return new RecordException(where, cause);
      }
      if (cause instanceof UserException user) {
        return user;
      }
    }
    return new RecordException(where, AuthorException.origin(error));
  }
}
