/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import java.io.Serializable;

/**
 * A row of the result.
 *
 * @param page the path without its query string
 * @param minute when the minute starts, in milliseconds since 1970
 * @param views how many requests asked for the page within the minute
 */
record PageViews(String page, long minute, long views) implements Serializable {
  private static final long serialVersionUID = 1;
}
