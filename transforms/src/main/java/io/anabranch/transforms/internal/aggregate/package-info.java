/**
 * The path from keyed contributions to stored rows: start at {@link
 * io.anabranch.transforms.internal.aggregate.StoreContributions}; from keyed rows of windows:
 * {@link io.anabranch.transforms.internal.aggregate.StoreWindows}. {@link
 * io.anabranch.transforms.internal.aggregate.WriteDeadLetters} is the path of records that failed,
 * {@link io.anabranch.transforms.internal.aggregate.MarkProgress} reports to the store which epochs
 * are complete.
 */
package io.anabranch.transforms.internal.aggregate;
