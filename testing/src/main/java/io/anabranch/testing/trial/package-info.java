/** Lets scripts happen through the real wiring, store and reader, and compares every answer. */
package io.anabranch.testing.trial;
