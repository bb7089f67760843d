/**
 * What the tests of this module share: {@link io.anabranch.transforms.testkit.Runs} runs pipelines,
 * a {@link io.anabranch.transforms.testkit.Probe} gathers what passes a place in them, {@link
 * io.anabranch.transforms.testkit.Script} spells events of epochs.
 */
package io.anabranch.transforms.testkit;
