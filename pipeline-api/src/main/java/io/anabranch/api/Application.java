/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.List;

/**
 * One event log, how its records are decoded, and the views over it.
 *
 * <p>An implementation is public and has a public constructor without parameters: the configuration
 * names it, and workers never see it. It says nothing of batch, speed or Kappa.
 *
 * @param <E> the event that a record of the log decodes to
 */
public interface Application<E> {

  /** Returns how a record of the log becomes an event with an event time. */
  EventFormat<E> events();

  /** Returns the views over the events, at least one, with names of their own. */
  List<MaterializedView<E, ?, ?>> views();
}
