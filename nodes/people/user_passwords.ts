/**
 * Setting passwords: an administrator's, a user's own, the first administrator's, and the same one hashed anew.
 *
 * @module
 */
import { err, ok, type Result } from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import {
  findUser,
  type PeopleContext,
  recordAct,
  setUser,
  shownUser,
  unknownUser,
  validUsers,
} from "./people_context.ts";
import type { PeopleUseCases, UserView } from "./people_use_cases.ts";
import { DEFAULT_NAME, passwordProblem } from "./user_rules.ts";
import {
  notedPassword,
  spaceOfUsers,
  type StoredUser,
  USER_KIND,
  type UserSet,
} from "./users.ts";

/** The default account's number. */
export const DEFAULT_USER = 1;
/** The default account's full name. */
export const DEFAULT_FULL_NAME = "Administrator";
const SALT_BYTES = 16;

/** Hashes a password that may be set. */
export async function hashPassword(
  { hasher, random }: PeopleContext,
  password: string,
  name: string,
): Promise<Result<string, Refusal>> {
  const problem = passwordProblem(password, name);
  if (problem !== undefined) return refuse("password_invalid", problem);
  if (hasher === undefined) {
    return refuse("forbidden", "Nobody signs in at this node");
  }
  return ok(await hasher.hash(password, random.bytes(SALT_BYTES)));
}

/** The default account as a user of its own, made when its password is set. */
function firstUser(
  { node }: PeopleContext,
  users: UserSet,
  id: number,
): Pick<StoredUser, "space" | "subject"> | undefined {
  return id === DEFAULT_USER && users.all.length === 0
    ? { space: spaceOfUsers(node.site), subject: `${USER_KIND}/${id}` }
    : undefined;
}

/** Sets a password: see `PeopleUseCases`. */
export async function setPassword(
  context: PeopleContext,
  input: Parameters<PeopleUseCases["setPassword"]>[0],
): Promise<Result<UserView, Refusal>> {
  const { id, by, password } = input;
  const known = findUser(context, id);
  const isFirst = firstUser(context, validUsers(context), id) !== undefined;
  if (known === undefined && !isFirst) return unknownUser(id);
  const made = await hashPassword(
    context,
    password,
    known?.view.name ?? DEFAULT_NAME,
  );
  if (!made.ok) return made;
  const set = await decideExactly(context.replica, (decision) => {
    const first = firstUser(context, validUsers(context, decision), id);
    const user = findUser(context, id, decision) ?? first;
    if (user === undefined) return unknownUser(id);
    const { space, subject } = user;
    const mustChange = input.mustChangePassword ?? false;
    setUser(decision, user, {
      ...(user === first
        ? { name: DEFAULT_NAME, fullName: DEFAULT_FULL_NAME, role: "admin" }
        : {}),
      ...(user === first ? { active: true } : {}),
      password: user === first
        ? notedPassword("first", made.value)
        : made.value,
      mustChange,
      epoch: decision.at,
    });
    if (user === first) {
      const note = `${DEFAULT_NAME}, admin`;
      recordAct(decision, space, { act: "user_created", subject, by, note });
    }
    recordAct(decision, space, { act: "password_set", subject, by });
    return ok(null);
  });
  return set.ok ? shownUser(context, id) : set;
}

/**
 * Puts a password's hash in the place of one that says the same in a weaker way, if nobody set another meanwhile.
 *
 * @param context What it works with.
 * @param user The user whose password was right.
 * @param fields What to set.
 * @returns Nothing if it was done; a refusal where this node may not write there.
 */
export function setSame(
  context: PeopleContext,
  user: StoredUser,
  fields: { readonly hash?: string; readonly mustChange?: boolean },
): Promise<Result<null, Refusal>> {
  const { hash, mustChange } = fields;
  return decideExactly(context.replica, (decision) => {
    const now = findUser(context, user.view.id, decision);
    const same = now?.secret.hashes.join() === user.secret.hashes.join();
    if (!same) return err({ code: "id_reused", message: "It was changed" });
    setUser(decision, user, {
      ...(hash === undefined ? {} : { password: notedPassword("again", hash) }),
      mustChange: mustChange === true ? true : undefined,
    });
    return ok(null);
  });
}
