/**
 * The commands, each in a class of its own: start at {@link io.anabranch.cli.command.RootCommand},
 * which lists them and runs one.
 */
package io.anabranch.cli.command;
