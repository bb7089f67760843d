/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Runs functions as workers do that come and go: {@code FreshWorkers} is a runner in front of
 * another one, {@code StaticFields} shows what workers of a process share; public for the kit, and
 * as Beam makes a runner by its class.
 */
package io.anabranch.testing.internal.workers;
