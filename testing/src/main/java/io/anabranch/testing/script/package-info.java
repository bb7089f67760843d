/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Scenarios of a log. Authors begin at {@link io.anabranch.testing.script.EventScript}, whose
 * methods say what happens; {@code withEvents}, {@code first} and {@code readBy} cut a scenario
 * down.
 *
 * <p>The other types are public for the packages beside this one: {@code Step} is what a script is
 * made of, {@code Schedules} makes scripts at random over {@code Copies} of events, {@code
 * Shrinking} makes them smaller, {@code ScriptedLog} is the log that runs read, and {@code
 * TextInput} lines for a log.
 */
package io.anabranch.testing.script;
