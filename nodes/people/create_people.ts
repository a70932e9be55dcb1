/**
 * Puts the use-cases about people together.
 *
 * @module
 */
import {
  ACTS,
  type Clock,
  ok,
  PanalError,
  type Random,
  type Row,
  type Writer,
} from "../../crdt/mod.ts";
import type { Page, PageQuery } from "../answers.ts";
import type { Logger } from "../ports.ts";
import { refuse, type UseCaseContext } from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import {
  findUser,
  type PeopleContext,
  sourceOf,
  validUsers,
} from "./people_context.ts";
import type { PeoplePorts } from "./people_ports.ts";
import type {
  ActView,
  PeopleUseCases,
  SignedIn,
  UserView,
} from "./people_use_cases.ts";
import { REVOKED_TOKENS, SESSIONS, TOKEN_KEYS } from "../tables.ts";
import { createSessions, type SessionOwner } from "./sessions.ts";
import { createSignIn, DEFAULT_EPOCH, defaultUser } from "./sign_in.ts";
import { createTokens } from "./tokens.ts";
import { createUserDecisions } from "./user_decisions.ts";
import { DEFAULT_USER } from "./user_passwords.ts";
import { createUserReader, spacesOfUsers } from "./users.ts";

/** What the use-cases about people work with. */
export interface PeopleParts extends Pick<UseCaseContext, "node" | "replica"> {
  /** Time. */
  readonly clock: Clock;
  /** Draws numbers, salts, ids and keys. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** What sign-ins need; left out in a node where nobody signs in. */
  readonly ports?: PeoplePorts | undefined;
}

type SignInUseCases = Pick<
  PeopleUseCases,
  | "signIn"
  | "issueToken"
  | "verifyToken"
  | "revokeToken"
  | "openSession"
  | "session"
  | "closeSession"
>;

/**
 * Ends every session and token of a folder that was copied: the node that it was copied from has the same keys, and
 * what ends there would go on here.
 *
 * @param writer A transaction, before the use-cases are made.
 */
export function forgetSignIns(writer: Writer): void {
  for (const table of [SESSIONS, TOKEN_KEYS, REVOKED_TOKENS]) {
    for (const row of writer.scan(table)) {
      writer.delete(table, table.key.map((column) => row[column] ?? null));
    }
  }
}

/** Whose a session or a token is now; undefined if its user's sign-ins of then are over. */
function ownerNow(
  context: PeopleContext,
  { user, epoch, must }: SessionOwner,
): SignedIn | undefined {
  const found = validUsers(context).byId(user);
  const view = found?.view ?? defaultNow(context, user);
  if (
    view === undefined || !view.active ||
    (found?.epoch ?? DEFAULT_EPOCH) !== epoch
  ) return undefined;
  return {
    user: must ? { ...view, mustChangePassword: true } : view,
    actor: { id: String(view.id), name: view.fullName },
  };
}

/** The default account, while there is no user. */
function defaultNow(context: PeopleContext, id: number): UserView | undefined {
  return id === DEFAULT_USER && validUsers(context).all.length === 0
    ? defaultUser(context)
    : undefined;
}

/** What a sign-in is bound to. */
function ownerOf(context: PeopleContext, view: UserView): SessionOwner {
  const found = validUsers(context).byId(view.id);
  return {
    user: view.id,
    epoch: found?.epoch ?? DEFAULT_EPOCH,
    must: view.mustChangePassword,
  };
}

function createSignIns(
  context: PeopleContext,
  parts: PeopleParts,
  ports: PeoplePorts,
): SignInUseCases {
  const sessions = createSessions(parts);
  const tokens = createTokens({ ...parts, tokens: ports.tokens });
  const signIn = createSignIn({ ...parts, ...context, hasher: ports.hasher });
  // As of the sign-in, so that what is opened for it later does not outlive a change of the password in between.
  const signedIn = new WeakMap<UserView, SessionOwner>();
  const owner = (view: UserView) =>
    signedIn.get(view) ?? ownerOf(context, view);
  return {
    async signIn(request) {
      const outcome = await signIn(request);
      if (!outcome.ok) return outcome;
      // An object of its own: the same user may sign in again after a change.
      const view = { ...outcome.value };
      signedIn.set(view, ownerOf(context, view));
      return ok(view);
    },
    issueToken(user) {
      const { epoch, must } = owner(user);
      return tokens.issue({
        sub: String(user.id),
        username: user.name,
        fullName: user.fullName,
        role: user.role,
        branch: user.site ?? context.node.site ?? "",
        epoch,
        must,
      });
    },
    async verifyToken(token) {
      const claims = await tokens.verify(token);
      return claims === undefined
        ? undefined
        : ownerNow(context, { ...claims, user: Number(claims.sub) });
    },
    revokeToken: (token) => tokens.revoke(token),
    openSession: (user, fixed) => sessions.open(owner(user), fixed),
    session(key) {
      const found = sessions.find(key);
      return found === undefined ? undefined : ownerNow(context, found);
    },
    closeSession: (key) => sessions.close(key),
  };
}

/** A node where nobody signs in. */
function noSignIns(): SignInUseCases {
  const text = "Nobody signs in at this node";
  const none = () => Promise.reject(new PanalError("forbidden", text));
  return {
    signIn: () => Promise.resolve(refuse("forbidden", text)),
    issueToken: none,
    verifyToken: () => Promise.resolve(undefined),
    revokeToken: () => Promise.resolve(),
    openSession: none,
    session: () => undefined,
    closeSession: () => Promise.resolve(),
  };
}

function pageOfUsers(
  all: readonly UserView[],
  { limit, cursor }: PageQuery,
): Page<UserView> {
  const [after = 0] = decodeCursor(cursor) ?? [];
  const rest = all.filter(({ id }) => id > Number(after));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: all.length,
    next: rest.length > limit && last !== undefined
      ? encodeCursor([last.id])
      : null,
  };
}

function actOf(row: Row): ActView {
  const id = row["by_id"];
  const note = row["note"];
  return {
    id: String(row["id"]),
    at: Number(row["at"]),
    act: String(row["act"]),
    subject: String(row["subject"]),
    by: typeof id === "string"
      ? { id, name: String(row["by_name"] ?? "") }
      : null,
    note: typeof note === "string" ? note : null,
  };
}

function listActs(
  { replica }: PeopleContext,
  { limit, cursor }: PageQuery,
): Page<ActView> {
  const decoded = decodeCursor(cursor);
  const [at = 0, id = "", log = ""] = decoded ?? [];
  const rows = replica.reader.scan(ACTS, {
    reverse: true,
    limit: limit + 1,
    ...(decoded === undefined ? {} : { below: [Number(at), id, log] }),
  });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(actOf),
    total: replica.reader.count(ACTS),
    next: rows.length > limit && last !== undefined
      ? encodeCursor([
        Number(last["at"]),
        String(last["id"]),
        String(last["log"]),
      ])
      : null,
  };
}

/**
 * Makes the use-cases about people.
 *
 * @param parts What they work with.
 * @returns The use-cases.
 */
export function createPeople(parts: PeopleParts): PeopleUseCases {
  const { node, replica, random, ports } = parts;
  const context: PeopleContext = {
    ...{ node, replica, random },
    hasher: ports?.hasher,
    readUsers: createUserReader(),
  };
  return {
    hasUsers: () => validUsers(context).all.length > 0,
    users(query) {
      const { all } = query.site === undefined
        ? validUsers(context)
        : context.readUsers(sourceOf(context), spacesOfUsers(query.site));
      return pageOfUsers(all.map(({ view }) => view), query);
    },
    user: (id) => findUser(context, id)?.view,
    ...createUserDecisions(context),
    ...(ports === undefined
      ? noSignIns()
      : createSignIns(context, parts, ports)),
    acts: (query) => listActs(context, query),
  };
}
