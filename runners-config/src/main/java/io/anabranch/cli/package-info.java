/**
 * The command line. Start at {@link io.anabranch.cli.Anabranch}: the launcher and an author's own
 * {@code main} call it. {@link io.anabranch.cli.demo.SampleTraffic} is public because an
 * application implements it to have a demo.
 */
package io.anabranch.cli;
