/**
 * What commands print: tables, JSON and CSV, progress, and advice for errors. {@link
 * io.anabranch.cli.print.Advice} is the one place that turns the code of an error into a command or
 * an option.
 */
package io.anabranch.cli.print;
