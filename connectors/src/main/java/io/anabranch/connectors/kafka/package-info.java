/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A Kafka topic as the log. Epochs are ranges of offsets, which the {@linkplain
 * io.anabranch.connectors.kafka.EpochIndex index} of the topic says: a second topic, to which each
 * run may write through which offsets an epoch goes. The first to say so is right.
 *
 * <p>Begin at {@link io.anabranch.connectors.kafka.KafkaLogProvider}.
 */
package io.anabranch.connectors.kafka;
