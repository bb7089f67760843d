/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

/**
 * What is wrong with a setting.
 *
 * @param setting the name of the setting
 * @param text what is wrong and what is allowed, for people: it begins with the name
 */
public record SettingProblem(String setting, String text) {}
