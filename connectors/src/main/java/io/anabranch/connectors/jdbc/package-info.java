/**
 * View stores on JDBC. Nothing here is called by name: {@link
 * io.anabranch.connectors.jdbc.SqliteStoreProvider} is found by {@link java.util.ServiceLoader} and
 * opens stores whose URL begins with {@code jdbc:sqlite:}.
 */
package io.anabranch.connectors.jdbc;
