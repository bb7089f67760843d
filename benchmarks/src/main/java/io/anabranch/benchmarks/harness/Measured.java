/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.harness;

/**
 * What a process took.
 *
 * @param wallSeconds from its start to its end
 * @param cpuSeconds of all cores, user and system
 * @param residentMegabytes the most memory that it had at once
 */
public record Measured(double wallSeconds, double cpuSeconds, double residentMegabytes) {}
