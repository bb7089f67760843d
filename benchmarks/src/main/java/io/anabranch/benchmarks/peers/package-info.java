/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The same job as Anabranch's view {@code page-views}, written by hand as a good user would: lines
 * of an access log to views per page and minute, in a table of a SQLite file. All of them read
 * lines with the parser of the example, and leave out those that are no requests.
 */
package io.anabranch.benchmarks.peers;
