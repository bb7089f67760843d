/** What commands share: options, connections to log and store, and the session of a run. */
package io.anabranch.cli.session;
