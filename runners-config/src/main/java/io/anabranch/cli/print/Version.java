/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import picocli.CommandLine.IVersionProvider;

/** Reads the version that the build wrote into the jar. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"anabranch " + (version == null ? "(not from a jar)" : version)};
  }
}
