/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What errors of Kafka's clients mean. */
final class KafkaErrors {
  private KafkaErrors() {}

  static LogException explain(Topic topic, Throwable error) {
    if (error instanceof LogException known) {
      return known;
    }
    if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    Throwable cause =
        error instanceof org.apache.kafka.common.KafkaException && error.getCause() != null
            ? error.getCause()
            : error;
    if (cause instanceof UnknownTopicOrPartitionException) {
      return exception(Code.NOT_FOUND, topic, "has no topic %s".formatted(topic.name()), cause);
    }
    if (cause instanceof SslAuthenticationException || cause instanceof AuthenticationException) {
      return exception(Code.DENIED, topic, "refuses this user", cause);
    }
    if (cause instanceof AuthorizationException) {
      return exception(Code.DENIED, topic, "denies this user a right", cause);
    }
    if (cause instanceof RecordTooLargeException) {
      return exception(Code.RECORD_TOO_LONG, topic, "takes no record of this size", cause);
    }
    if (cause instanceof ConfigException) {
      return exception(Code.MISCONFIGURED, topic, "cannot be asked", cause);
    }
    if (cause instanceof RetriableException
        || cause instanceof java.util.concurrent.TimeoutException) {
      return exception(Code.UNREACHABLE, topic, "cannot be reached", cause);
    }
    return exception(Code.FAILED, topic, "failed", cause);
  }

  private static LogException exception(Code code, Topic topic, String what, Throwable cause) {
    String detail =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new LogException(
        code, "Kafka at %s %s: %s".formatted(topic.brokers(), what, detail), cause);
  }
}
