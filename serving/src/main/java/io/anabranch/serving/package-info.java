/**
 * Reading views: start at {@link io.anabranch.serving.ViewReader#open}. A reader merges what all
 * layers hold and reports where it comes from; {@link io.anabranch.serving.Query} says what to
 * read.
 */
package io.anabranch.serving;
