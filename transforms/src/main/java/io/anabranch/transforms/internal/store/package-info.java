/**
 * What pipelines write to the store, many rows at a time: {@link
 * io.anabranch.transforms.internal.store.StoreFn} has it open. {@link
 * io.anabranch.transforms.internal.store.WriteDeadLetters} is the path of records that failed,
 * {@link io.anabranch.transforms.internal.store.MarkProgress} reports which epochs are complete.
 */
package io.anabranch.transforms.internal.store;
