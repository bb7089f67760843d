/**
 * What a connector implements to read an event log: start at {@link
 * io.anabranch.api.spi.log.EventLog}, which {@link io.anabranch.api.spi.log.EventLogProvider}
 * opens. {@link io.anabranch.api.spi.log.RecordBatch} is what pipelines read from it.
 */
package io.anabranch.api.spi.log;
