/**
 * What people's sign-ins need from their surroundings: a slow hash for passwords, and tokens that a browser or another
 * program can carry.
 *
 * @module
 */

/** Hashes passwords slowly. */
export interface PasswordHasher {
  /**
   * Hashes a password.
   *
   * @param password The password.
   * @param salt 16 random bytes.
   * @returns A text that holds all that `verify` needs.
   */
  hash(password: string, salt: Uint8Array): Promise<string>;
  /**
   * Compares a password with a hash, its own or another system's.
   *
   * @param password Any text; one that no hash can be of is wrong.
   * @param hash As `hash` gave it, or bcrypt.
   * @returns True if it is right.
   */
  verify(password: string, hash: string): Promise<boolean>;
  /** Whether a hash is as `hash` makes them today. */
  isCurrent(hash: string): boolean;
  /** Ends what runs. */
  stop(): void;
}

/** What a token says. Times are whole seconds since 1970. */
export interface TokenClaims {
  /** The user's number, as text. */
  readonly sub: string;
  /** The name for signing in. */
  readonly username: string;
  /** The name that people see. */
  readonly fullName: string;
  /** What the user may do. */
  readonly role: string;
  /** The one site where it may sign in, or that of the node; empty for none. */
  readonly branch: string;
  /** When it was issued. */
  readonly iat: number;
  /** When it ends. */
  readonly exp: number;
  /** Its own id. */
  readonly jti: string;
  /** Which of the user's sign-ins count: see `StoredUser.epoch`. */
  readonly epoch: string;
  /** True if the user must change its password before anything else. */
  readonly must: boolean;
}

/** A key that signs tokens. */
export interface TokenKey {
  /** Its name. */
  readonly kid: string;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
}

/** Makes and reads JSON Web Tokens. */
export interface WebTokens {
  /**
   * Signs.
   *
   * @param claims What it says.
   * @param key With what.
   * @returns The token.
   */
  sign(claims: TokenClaims, key: TokenKey): Promise<string>;
  /**
   * Reads a token.
   *
   * @param token Any text.
   * @param keys The keys of which one signed it.
   * @param nowMs Now, in milliseconds since 1970.
   * @returns What it says; undefined if it is none of these keys' or is over.
   */
  verify(
    token: string,
    keys: readonly TokenKey[],
    nowMs: number,
  ): Promise<TokenClaims | undefined>;
}

/** What a node needs for people to sign in. */
export interface PeoplePorts {
  /** Hashes passwords. */
  readonly hasher: PasswordHasher;
  /** Makes and reads tokens. */
  readonly tokens: WebTokens;
}
