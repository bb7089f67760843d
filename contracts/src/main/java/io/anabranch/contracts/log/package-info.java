/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tests for logs: a connector's author extends {@link io.anabranch.contracts.log.EventLogContract}.
 */
package io.anabranch.contracts.log;
