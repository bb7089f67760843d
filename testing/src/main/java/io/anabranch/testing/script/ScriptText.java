/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Iterator;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.commons.text.StringEscapeUtils;

/** Writes a script as the code that makes it. */
final class ScriptText<E> {
  private final EventScript<E> script;
  private final StringBuilder text = new StringBuilder();
  private Instant now = Instant.MIN;

  ScriptText(EventScript<E> script) {
    this.script = script;
    line(
        "EventScript.on(\"%s\").epoch(Duration.parse(\"%s\"))"
            .formatted(
                script.start().atZone(ZoneOffset.UTC).toLocalDate(), script.epochs().length()));
    Iterator<Step> steps = script.steps().iterator();
    while (steps.hasNext()) {
      write(steps.next());
    }
  }

  private void write(Step step) {
    if (step instanceof Step.Append append) {
      move(append.at());
      for (int event : append.events()) {
        write(script.events().get(event));
      }
    } else if (step instanceof Step.Close close) {
      if (close.through().isAfter(now)) { // else it is closed already
        move(close.through().minusMillis(1));
        line(".closeEpoch()");
        now = close.through();
      }
    } else if (step instanceof Step.Wait wait) {
      line(".waitFor(Duration.parse(\"" + wait.time() + "\"))");
    } else if (step instanceof Step.Run run) {
      line(crash(run.dies()) + (run.stopped() ? ".stopped()." : ".") + run.layer().method() + "()");
    } else {
      line(".restart()");
    }
  }

  private static String crash(int dies) {
    return dies == 0 ? "" : dies == 1 ? ".crash()" : ".crash(" + dies + ")";
  }

  private void write(TimestampedValue<E> event) {
    Instant time = Instant.ofEpochMilli(event.getTimestamp().getMillis());
    String value = quoted(event.getValue());
    line(".event(" + value + (time.equals(now) ? "" : ", \"" + time + "\"") + ")");
  }

  private static String quoted(Object value) {
    return value instanceof String text
        ? "\"" + StringEscapeUtils.escapeJava(text) + "\""
        : String.valueOf(value);
  }

  private void move(Instant to) {
    if (!to.equals(now)) {
      line(".at(\"" + to + "\")");
      now = to;
    }
  }

  private void line(String words) {
    text.append(text.length() == 0 ? "" : "\n    ").append(words);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
