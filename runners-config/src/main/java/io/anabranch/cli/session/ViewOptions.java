/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option by which a command picks views. */
public final class ViewOptions {
  @Option(
      names = "--view",
      paramLabel = "VIEW",
      description = "A view; may be given several times. Default all that there is something for.")
  private List<String> views = new ArrayList<>();

  /**
   * Refuses names of views beside numbers of versions, which are of one view each.
   *
   * @throws ParameterException if both are given
   */
  public void refuseBeside(List<Long> versions, CommandSpec spec) {
    if (!views.isEmpty() && !versions.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "a version is of one view: give the numbers of versions, or --view, not both");
    }
  }

  /** Returns the names that were given, none for all. */
  public List<String> names() {
    return views;
  }
}
