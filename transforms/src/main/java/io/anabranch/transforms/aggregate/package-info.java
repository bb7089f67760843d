/**
 * The path from keyed contributions to stored rows: start at {@link
 * io.anabranch.transforms.aggregate.StoreContributions}; from keyed rows of windows: {@link
 * io.anabranch.transforms.aggregate.StoreWindows}. {@link
 * io.anabranch.transforms.aggregate.WriteDeadLetters} is the path of records that failed, {@link
 * io.anabranch.transforms.aggregate.MarkProgress} tells the store which epochs are complete.
 */
package io.anabranch.transforms.aggregate;
