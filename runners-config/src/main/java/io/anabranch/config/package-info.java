/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Loads and checks the YAML configuration.
 *
 * <p>Start at {@link io.anabranch.config.ConfigurationLoader}: it turns a file and the overrides of
 * the command line into a {@link io.anabranch.config.Configuration}, or throws one {@link
 * io.anabranch.config.ConfigurationException} that lists everything that is wrong. {@link
 * io.anabranch.config.RunnerSettings} is public as a part of the result, {@link
 * io.anabranch.config.Providers} because the wiring opens the log and the store with them.
 */
package io.anabranch.config;
