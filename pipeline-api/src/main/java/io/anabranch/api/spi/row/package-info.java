/**
 * Rows and dead letters as pipelines write them and readers get them: {@link
 * io.anabranch.api.spi.row.StoredRow} goes into a store, {@link io.anabranch.api.spi.row.LiveRow}
 * comes out of it, {@link io.anabranch.api.spi.row.RowQuery} says which.
 */
package io.anabranch.api.spi.row;
