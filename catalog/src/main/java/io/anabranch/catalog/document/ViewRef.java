/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.definition.Fingerprint;
import java.time.Duration;

/**
 * A view as the catalog knows it.
 *
 * @param name its name
 * @param fingerprint the definition that its rows are made by
 * @param log the identity of the log that its rows are made from
 * @param epochLength the length of that log's epochs
 */
public record ViewRef(String name, Fingerprint fingerprint, String log, Duration epochLength) {}
