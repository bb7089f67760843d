/* SPDX-License-Identifier: Apache-2.0 */
/** Servers that the demo starts. */
package io.anabranch.testing.internal.demo;
