/* SPDX-License-Identifier: Apache-2.0 */
/** Real servers for tests, each as processes of its own on a free port of this machine. */
package io.anabranch.testing.server;
