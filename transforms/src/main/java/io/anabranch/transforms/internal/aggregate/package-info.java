/**
 * The path from keyed contributions to stored rows: start at {@link
 * io.anabranch.transforms.internal.aggregate.StoreContributions}; from keyed rows of windows:
 * {@link io.anabranch.transforms.internal.aggregate.StoreWindows}.
 */
package io.anabranch.transforms.internal.aggregate;
