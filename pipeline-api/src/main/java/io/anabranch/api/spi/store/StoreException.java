/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.UserException;

/**
 * A store that cannot do what it is asked to. The transaction at hand changed nothing. The message
 * says what was found; advice depends on the {@linkplain #code code} and on where the user is.
 */
public final class StoreException extends UserException {
  private static final long serialVersionUID = 1L;

  /** Why a store fails. */
  public enum Code {
    /** Another process holds the store for longer than the timeout. Trying again may help. */
    LOCKED,
    /** The server cannot be reached, or takes no connection. Trying again may help. */
    UNREACHABLE,
    /** The server does not let this user in. */
    DENIED,
    /** It does not take a row, for the row's own sake; it takes others. */
    ROW_REFUSED,
    /** The disk is full. */
    FULL,
    /** This user may not write to it. */
    READ_ONLY,
    /** It is no store, or it is damaged. */
    UNREADABLE,
    /** Its tables are those of a development version before the first release. */
    OLDER_SCHEMA,
    /** Its tables are those of a newer release. */
    NEWER_SCHEMA,
    /** A read took longer than its timeout. */
    TIMED_OUT,
    /** A read asks for more than the store allows. */
    TOO_MUCH,
    /** Something else; the cause says what. */
    FAILED
  }

  private final Code code;

  /** Creates one. */
  public StoreException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /** Creates one with its cause. */
  public StoreException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Returns why. */
  public Code code() {
    return code;
  }
}
