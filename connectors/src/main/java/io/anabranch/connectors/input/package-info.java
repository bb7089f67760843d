/* SPDX-License-Identifier: Apache-2.0 */
/** Inputs that are appended to a log, and what to say of errors of files. */
package io.anabranch.connectors.input;
