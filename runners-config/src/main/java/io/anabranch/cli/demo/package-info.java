/**
 * The demo: {@link io.anabranch.cli.demo.Demo} types the commands that a user would type. {@link
 * io.anabranch.cli.demo.SampleTraffic} is what an application implements to have one.
 */
package io.anabranch.cli.demo;
