/**
 * Signing in: by name and password, slowly for everybody, and not again and again.
 *
 * @module
 */
import {
  type Clock,
  MESH_SPACE,
  ok,
  PanalError,
  type Result,
  siteOfSpace,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import type { Logger } from "../ports.ts";
import { refuse } from "../use_cases/context.ts";
import {
  findUser,
  knownSpaces,
  type PeopleContext,
  sourceOf,
  validUsers,
} from "./people_context.ts";
import type { PasswordHasher } from "./people_ports.ts";
import type { PeopleUseCases, SignIn, UserView } from "./people_use_cases.ts";
import { createThrottle } from "./throttle.ts";
import { DEFAULT_FULL_NAME, DEFAULT_USER, setSame } from "./user_passwords.ts";
import {
  DEFAULT_NAME,
  DEFAULT_PASSWORD,
  nameKey,
  PASSWORD_MAX,
  USER_NAME_MAX,
} from "./user_rules.ts";
import type { Secret, StoredUser } from "./users.ts";

/** Most sign-ins that wait for their hash: some seconds' worth. */
export const SIGN_INS_WAITING_MAX = 32;
/** The epoch of the default account. */
export const DEFAULT_EPOCH = "default";
const SALT_BYTES = 16;
/** Compared with in the place of a password that nobody can have. */
const NEVER_RIGHT = "?";
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;

/** What signing in works with. */
export interface SignInContext extends PeopleContext {
  /** Measures how long failures count. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Hashes passwords. */
  readonly hasher: PasswordHasher;
}

/**
 * The account that is there while no user is: it may do nothing but set its password.
 *
 * @param context What it works with.
 * @returns The account.
 */
export function defaultUser({ node }: PeopleContext): UserView {
  return {
    id: DEFAULT_USER,
    name: DEFAULT_NAME,
    fullName: DEFAULT_FULL_NAME,
    role: "admin",
    site: node.site,
    active: true,
    nameShared: false,
    mustChangePassword: true,
    createdAt: 0,
    changedAt: 0,
  };
}

function wrong(): { readonly ok: false; readonly error: Refusal } {
  return refuse("sign_in_failed", "The name or the password is wrong");
}

/** Compares with all hashes, so that how long it takes says nothing. */
async function matches(
  hasher: PasswordHasher,
  password: string,
  { hashes, need }: Secret,
): Promise<boolean> {
  let right = 0;
  for (const hash of hashes) {
    if (await hasher.verify(password, hash)) right++;
  }
  return need === "any" ? right > 0 : right > 0 && right === hashes.length;
}

/** A name's user at this node, or at another site that this node knows. */
function candidate(
  context: PeopleContext,
  name: string,
): { readonly user: StoredUser; readonly elsewhere: boolean } | undefined {
  const [here] = validUsers(context).byName(name);
  if (here !== undefined) return { user: here, elsewhere: false };
  const [other] = context.readUsers(sourceOf(context), knownSpaces(context))
    .byName(name);
  return other === undefined ? undefined : { user: other, elsewhere: true };
}

/** Puts a strong hash in the place of a weak one, and has the password that everybody knows changed. */
async function strengthen(
  context: SignInContext,
  user: StoredUser,
  password: string,
): Promise<void> {
  const { hasher, random, logger } = context;
  const { hashes, need } = user.secret;
  const weak = need === "all" &&
    (hashes.length > 1 || hashes.some((hash) => !hasher.isCurrent(hash)));
  const mustChange = password === DEFAULT_PASSWORD &&
    !user.view.mustChangePassword;
  if (!weak && !mustChange) return;
  try {
    const hash = weak
      ? await hasher.hash(password, random.bytes(SALT_BYTES))
      : undefined;
    const done = await setSame(context, user, {
      ...(hash === undefined ? {} : { hash }),
      mustChange,
    });
    if (!done.ok) throw new PanalError(done.error.code, done.error.message);
  } catch (error) {
    // The password was right all the same; the next sign-in tries again.
    logger.log("warn", "A password was not hashed anew", {
      user: user.view.id,
      error: String(error),
    });
  }
}

/** Whether a user may still sign in with the password that was compared: hashing takes a while. */
function isStill(context: SignInContext, { view, epoch }: StoredUser): boolean {
  const now = findUser(context, view.id);
  return now?.view.active === true && now.epoch === epoch;
}

async function signInUser(
  context: SignInContext,
  { user, elsewhere }: NonNullable<ReturnType<typeof candidate>>,
  password: string,
): Promise<Result<UserView, Refusal>> {
  const { view, space } = user;
  const right = await matches(context.hasher, password, user.secret);
  if (!right || !isStill(context, user)) return wrong();
  if (elsewhere) {
    const site = siteOfSpace(space) ?? MESH_SPACE;
    const here = context.node.site ?? MESH_SPACE;
    return refuse(
      "forbidden",
      `This user may sign in at ${site} alone; this is ${here}`,
      { site },
    );
  }
  await strengthen(context, user, password);
  const now = findUser(context, view.id)?.view ?? view;
  return ok(
    password === DEFAULT_PASSWORD ? { ...now, mustChangePassword: true } : now,
  );
}

/**
 * Makes the use-case of signing in.
 *
 * @param context What it works with.
 * @returns The use-case.
 */
export function createSignIn(
  context: SignInContext,
): PeopleUseCases["signIn"] {
  const { hasher, random, clock } = context;
  const throttle = createThrottle();
  let waiting = 0;
  let decoy: Promise<string> | undefined;
  /** As slow as a wrong password. */
  const fail = async (password: string) => {
    decoy ??= hasher.hash(DEFAULT_PASSWORD, random.bytes(SALT_BYTES));
    try {
      await hasher.verify(password, await decoy);
    } catch (error) {
      decoy = undefined;
      throw error;
    }
    return wrong();
  };
  const check = async ({ name, password, address }: SignIn) => {
    if (
      name.length > USER_NAME_MAX || password.length > PASSWORD_MAX ||
      password === ""
    ) {
      // An empty password is compared in no time: guesses must not be that cheap.
      return await fail(NEVER_RIGHT);
    }
    const found = candidate(context, name);
    const isDefault = nameKey(name) === DEFAULT_NAME &&
      validUsers(context).all.length === 0 && LOOPBACK.test(address);
    if (isDefault && password === DEFAULT_PASSWORD) {
      return ok(defaultUser(context));
    }
    return found === undefined || found.user.secret.hashes.length === 0
      ? await fail(password)
      : await signInUser(context, found, password);
  };
  return async (request) => {
    const name = nameKey(request.name.slice(0, USER_NAME_MAX + 1));
    const key = `${name}\n${request.address}`;
    const wait = throttle.enter(key, clock.monotonic());
    if (wait > 0) {
      return refuse(
        "sign_in_throttled",
        "Too many sign-ins failed under this name: wait a while",
        { retryAfterSeconds: Math.ceil(wait / 1000) },
      );
    }
    if (waiting >= SIGN_INS_WAITING_MAX) {
      throttle.leave(key);
      return refuse("overloaded", "Too many sign-ins are waiting");
    }
    waiting++;
    try {
      const outcome = await check(request);
      if (outcome.ok) throttle.clear(key);
      return outcome;
    } catch (error) {
      throttle.leave(key);
      throw error;
    } finally {
      waiting--;
    }
  };
}
