/**
 * The pipelines that runs build: {@link io.anabranch.wiring.pipeline.Views} applies the transforms
 * of all views to the records of the log, {@link io.anabranch.wiring.pipeline.Pipelines} runs them.
 */
package io.anabranch.wiring.pipeline;
