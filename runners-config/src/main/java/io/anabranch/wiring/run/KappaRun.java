/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Architecture;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.version.LogHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Goes on with versions of Kappa, and begins those of views that have none. Immutable.
 *
 * @param <E> the author's event
 */
public final class KappaRun<E> {
  private final RunContext<E> context;
  private final FollowSettings settings;
  private final Optional<VersionRole> role;

  private KappaRun(RunContext<E> context, FollowSettings settings, Optional<VersionRole> role) {
    this.context = context;
    this.settings = settings;
    this.role = role;
  }

  /** Runs until it is asked to stop: then it stores what it has read, and ends. */
  public static <E> KappaRun<E> of(RunContext<E> context) {
    return new KappaRun<>(context, FollowSettings.create(), Optional.empty());
  }

  /**
   * Sets which versions to go on with; default the live ones, and where those are of another
   * definition the previous ones or the candidates.
   */
  public KappaRun<E> role(VersionRole only) {
    return new KappaRun<>(context, settings, Optional.of(only));
  }

  /** Ends once all that is in the log now is stored; default no. */
  public KappaRun<E> untilCaughtUp(boolean end) {
    return new KappaRun<>(context, settings.untilCaughtUp(end), role);
  }

  /** Ends once this is requested: it stores what it has read; default never. */
  public KappaRun<E> stoppedBy(Stop request) {
    return new KappaRun<>(context, settings.stoppedBy(request), role);
  }

  /**
   * Runs to the end.
   *
   * @return what was done, empty if all versions were retired meanwhile
   * @throws UserException if a view has no version of this definition in the role, or another run
   *     takes over
   */
  public Optional<RunReport> run(RunListener listener) {
    LogEnd end = context.log().end(); // once, as an epoch may close meanwhile
    List<ReplayPlan> first = new ArrayList<>();
    Map<String, Long> versions = new LinkedHashMap<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      ViewCatalog stored = context.catalog().load(view.name());
      Compatibility.requireSource(stored, context.ref(view), Architecture.KAPPA);
      if (stored.isLive()) {
        Version version = version(stored, view, role);
        LogHistory.requireSame(context, version);
        versions.put(view.name(), version.id());
      } else {
        first.add(Replay.first(context, view, end));
      }
    }
    return new VersionsRun<>(context, "kappa", settings, listener, Optional.empty())
        .run(first, versions);
  }

  private static Version version(
      ViewCatalog stored, ViewDefinition<?, ?, ?, ?, ?> view, Optional<VersionRole> role) {
    if (role.isPresent()) {
      Version version =
          inRole(stored, role.get())
              .orElseThrow(
                  () ->
                      new CatalogException(
                          Code.NO_ROLE,
                          "view \"" + view.name() + "\" has no " + role.get().word() + " version"));
      if (!canGoOn(role.get(), version)) {
        throw CatalogException.of(
            Code.BACKFILL_RUNNING,
            view.name(),
            "the backfill of version %s is not complete",
            version.id());
      }
      return version;
    }
    for (VersionRole each :
        List.of(VersionRole.LIVE, VersionRole.PREVIOUS, VersionRole.CANDIDATE)) {
      Optional<Version> version =
          inRole(stored, each)
              .filter(found -> canGoOn(each, found))
              .filter(found -> Compatibility.isSameDefinition(found, view.fingerprint()));
      if (version.isPresent()) {
        return version.get();
      }
    }
    Compatibility.requireDefinition(stored, view.fingerprint());
    throw new IllegalStateException("a live version of the same definition may go on");
  }

  /** A candidate has no place in the log to go on from before its backfill is complete. */
  private static boolean canGoOn(VersionRole role, Version version) {
    return role != VersionRole.CANDIDATE || version.following().isPresent();
  }

  private static Optional<Version> inRole(ViewCatalog stored, VersionRole role) {
    return stored.versions().stream()
        .filter(version -> stored.role(version.id()) == role)
        .findFirst();
  }
}
