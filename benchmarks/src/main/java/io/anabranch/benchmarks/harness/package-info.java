/* SPDX-License-Identifier: Apache-2.0 */
/** Runs whole processes in turn, measures them, and writes tables and plots. Needs Linux. */
package io.anabranch.benchmarks.harness;
