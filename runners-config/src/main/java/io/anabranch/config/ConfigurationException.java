/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.UsageException;
import java.util.List;

/** Everything that is wrong with a configuration, at once. The message lists it line by line. */
public final class ConfigurationException extends UsageException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  ConfigurationException(String file, List<String> problems) {
    super(message(file, problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems: first those with a line of the file, by line, then the others. */
  public List<String> problems() {
    return problems;
  }

  private static String message(String file, List<String> problems) {
    String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
    StringBuilder message = new StringBuilder(file).append(": ").append(count);
    for (String problem : problems) {
      message.append("\n  ").append(problem.replace("\n", "\n    "));
    }
    return message.toString();
  }
}
