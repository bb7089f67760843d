/** What happens to a log and to what reads it: written by hand, at random, or made smaller. */
package io.anabranch.testing.script;
