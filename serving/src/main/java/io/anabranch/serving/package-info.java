/**
 * Reading views: {@link io.anabranch.serving.ViewReader} merges what all layers hold and says where
 * it comes from; {@link io.anabranch.serving.Query} says what to read.
 */
package io.anabranch.serving;
