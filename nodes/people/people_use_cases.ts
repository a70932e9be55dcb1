/**
 * What a node offers about people: users, their passwords and sign-ins, and the list of what administrators did.
 *
 * A user stands in the directory of the space of the one site where it may sign in, or in that of `mesh` if it may at
 * all; so its hash is held only where it is needed. Nothing of a password or a hash is ever shown.
 *
 * @module
 */
import type { Actor, Result, SiteCode } from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";

/** What a user may do: everything, everything but people and the mesh, or selling and reading. */
export type UserRole = "admin" | "supervisor" | "cashier";

/** A user. */
export interface UserView {
  /** A number, 1 to 2^31 - 1; drawn at random, so that users made apart do not meet. */
  readonly id: number;
  /** The name for signing in: unique where it is valid, compared without regard to case. */
  readonly name: string;
  /** The name that people see. */
  readonly fullName: string;
  /** What it may do. */
  readonly role: UserRole;
  /** The one site where it may sign in; null for all. */
  readonly site: SiteCode | null;
  /** False once it was disabled; of values set apart the tighter holds. */
  readonly active: boolean;
  /** True if a user made apart from this one has the same name: of them the active one with the least number signs in. */
  readonly nameShared: boolean;
  /** True until it has a password of its own choosing. */
  readonly mustChangePassword: boolean;
  /** When it was made, in microseconds since 1970. */
  readonly createdAt: number;
  /** When it was changed last, in microseconds since 1970. */
  readonly changedAt: number;
}

/** Who signs in, and from where. */
export interface SignIn {
  /** The user's name. */
  readonly name: string;
  /** The password. */
  readonly password: string;
  /** The caller's network address; throttling is by name and address. */
  readonly address: string;
}

/** A caller who has signed in. */
export interface SignedIn {
  /** The user as it is now. */
  readonly user: UserView;
  /** The user, as facts name it. */
  readonly actor: Actor;
}

/** A token of a caller. */
export interface IssuedToken {
  /** A JSON Web Token. */
  readonly token: string;
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * A session: its id as its caller sent it, or that of loopback callers without an id, which no id can name: it is an
 * object, so that no text of a request reaches it.
 */
export type SessionKey = string | { readonly fixed: "loopback" };

/** What an administrator did. */
export interface ActView {
  /** The fact's id. */
  readonly id: string;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** What, a stable word. */
  readonly act: string;
  /** To what. */
  readonly subject: string;
  /** Who; null where nobody had to sign in. */
  readonly by: Actor | null;
  /** What is worth knowing of it. */
  readonly note: string | null;
}

/** What a new user is. */
export interface UserInput {
  /** Who makes it; left out where nobody has to sign in. */
  readonly by?: Actor;
  /** Name for signing in, 1 to 50 characters without `<`, `>` and control characters. */
  readonly name: string;
  /** Name that people see, 1 to 100 characters likewise. */
  readonly fullName: string;
  /** What it may do. */
  readonly role: UserRole;
  /** The one site; null for all; this node's site if left out. */
  readonly site?: SiteCode | null;
  /** Its number, of one that moves in from another system; drawn if left out or taken. */
  readonly id?: number;
  /** Its password; or `passwordHash`. */
  readonly password?: string;
  /** A hash of another system: bcrypt (`$2a$`, `$2b$`) or argon2id; hashed anew at the first sign-in. */
  readonly passwordHash?: string;
  /** True if the password must be changed at the first sign-in. */
  readonly mustChangePassword?: boolean;
}

/** Everything about people. */
export interface PeopleUseCases {
  /** True once any user was made that may sign in at this node: from then on a sign-in is needed on loopback too. */
  hasUsers(): boolean;
  /** Users that may sign in at this node, by number; with `site` those that may there, as far as this node knows them. */
  users(
    query: PageQuery & { readonly site?: SiteCode | undefined },
  ): Page<UserView>;
  /** One of them, or of another site that this node knows. */
  user(id: number): UserView | undefined;
  /** Makes a user. The first must be an administrator. Refusals: `name_taken`, `password_invalid`, `invalid_argument`, `forbidden`. */
  createUser(input: UserInput): Promise<Result<UserView, Refusal>>;
  /** Changes what is given. Refusals: `user_unknown`, `name_taken`, `invalid_argument`, `forbidden` (the last administrator). */
  changeUser(
    input: {
      readonly by?: Actor;
      readonly id: number;
      readonly name?: string;
      readonly fullName?: string;
      readonly role?: UserRole;
      readonly active?: boolean;
    },
  ): Promise<Result<UserView, Refusal>>;
  /** Sets a password and ends every session and token of the user. Refusals: `user_unknown`, `password_invalid`. */
  setPassword(
    input: {
      readonly by?: Actor;
      readonly id: number;
      readonly password: string;
      readonly mustChangePassword?: boolean;
    },
  ): Promise<Result<UserView, Refusal>>;
  /**
   * Checks name and password. Unknown names take as long as wrong passwords. Refusals: `sign_in_failed`,
   * `sign_in_throttled` (details: `retryAfterSeconds`), `forbidden` (details: `site`), `overloaded`.
   */
  signIn(request: SignIn): Promise<Result<UserView, Refusal>>;
  /** A token for the native interface and for `Authorization: Bearer`. */
  issueToken(user: UserView): Promise<IssuedToken>;
  /** Who a token stands for; undefined if it is not of this node, over, revoked, or its user was disabled since. */
  verifyToken(token: string): Promise<SignedIn | undefined>;
  /** Ends one token. */
  revokeToken(token: string): Promise<void>;
  /**
   * Opens a session and gives its id, 32 hexadecimal digits. With `fixed` the one of loopback callers without an id is
   * opened too: it is found and closed with `{ fixed: "loopback" }`.
   */
  openSession(user: UserView, fixed?: "loopback"): Promise<string>;
  /** Whose session it is, and keeps it from ending for another 12 hours; undefined if there is none. */
  session(key: SessionKey): SignedIn | undefined;
  /** Ends a session. */
  closeSession(key: SessionKey): Promise<void>;
  /** What administrators did, newest first. */
  acts(query: PageQuery): Page<ActView>;
}
