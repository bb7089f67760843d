/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.SliceRef;
import java.util.List;

/** Hears of Kappa runs and does nothing, but for what a test overrides. */
public class Quiet implements KappaRun.Listener {
  @Override
  public void started(String layer, long run) {}

  @Override
  public void historyDone(long run, long records, List<SliceRef> versions) {}

  @Override
  public void promoted(List<VersionComparison> comparisons) {}

  @Override
  public void notPromoted(UserException reason) {}

  @Override
  public void retired(long run) {}
}
