/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Provenance;
import io.anabranch.api.UserException;
import java.util.stream.Collectors;

/** An answer has a gap, and the query asked for none; see {@link Query#asStrict()}. */
public final class IncompleteAnswerException extends UserException {
  private static final long serialVersionUID = 1L;
  private final transient Provenance provenance;

  IncompleteAnswerException(Provenance provenance) {
    super(
        "the answer of view \"%s\" would have a gap: records ingested in %s are not in it, or not all of them"
            .formatted(
                provenance.view(),
                provenance.gaps().stream()
                    .map(Provenance.Gap::toString)
                    .collect(Collectors.joining(", "))));
    this.provenance = provenance;
  }

  /** Returns where the refused answer would have come from, with its gaps. */
  public Provenance provenance() {
    return provenance;
  }
}
