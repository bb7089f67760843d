/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.testkit;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStoreProvider;
import java.util.List;

/** Opens the {@link Recording}s of the process. */
public final class RecordingStoreProvider implements ViewStoreProvider {

  @Override
  public String scheme() {
    return Recording.SCHEME;
  }

  @Override
  public List<Setting> settings() {
    return List.of();
  }

  @Override
  public boolean exists(Settings settings) {
    return true;
  }

  @Override
  public ViewStore open(Settings settings) {
    return Recording.at(settings.get("url").orElseThrow()).open();
  }
}
