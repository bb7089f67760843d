/** Runs an author's {@code main} with its configuration, log and store swapped. */
package io.anabranch.testing.application;
