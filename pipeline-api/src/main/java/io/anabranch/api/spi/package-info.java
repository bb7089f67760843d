/**
 * What a connector implements, found by {@link java.util.ServiceLoader}: {@link
 * io.anabranch.api.spi.log.EventLogProvider} opens event logs, {@link
 * io.anabranch.api.spi.store.ViewStoreProvider} opens view stores.
 */
package io.anabranch.api.spi;
