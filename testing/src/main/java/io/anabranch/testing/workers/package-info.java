/** Runs functions as workers do that come and go. */
package io.anabranch.testing.workers;
