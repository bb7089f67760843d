/** The laws of combine functions. */
package io.anabranch.testing.laws;
