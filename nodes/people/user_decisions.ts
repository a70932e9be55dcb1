/**
 * Making and changing users. Each decision records the fields that it changes and, in the same commit and space, that an
 * administrator did it.
 *
 * @module
 */
import { MESH_SPACE, ok, randomBelow, type Result } from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import {
  findUser,
  knownSpaces,
  type PeopleContext,
  recordAct,
  setUser,
  shownUser,
  unknownUser,
  type UserFields,
  usersBeside,
} from "./people_context.ts";
import type {
  PeopleUseCases,
  UserInput,
  UserRole,
  UserView,
} from "./people_use_cases.ts";
import { hashPassword, setPassword } from "./user_passwords.ts";
import {
  FULL_NAME_MAX,
  isName,
  isPasswordHash,
  nameKey,
  USER_NAME_MAX,
  USER_NUMBER_MAX,
  USER_ROLES,
} from "./user_rules.ts";
import {
  spaceOfUsers,
  type StoredUser,
  USER_KIND,
  type UserSet,
  type UserSource,
} from "./users.ts";

function invalid(message: string) {
  return refuse("invalid_argument", message);
}

function formProblem(
  { name, fullName, role }: {
    readonly name?: string;
    readonly fullName?: string;
    readonly role?: string;
  },
): string | undefined {
  if (name !== undefined && !isName(name, USER_NAME_MAX)) {
    return `A name has 1 to ${USER_NAME_MAX} characters, without "<", ">", control characters, and spaces at its ends`;
  }
  if (fullName !== undefined && !isName(fullName, FULL_NAME_MAX)) {
    return `A full name has 1 to ${FULL_NAME_MAX} characters, without "<", ">", control characters, and spaces at its ends`;
  }
  return role !== undefined && !USER_ROLES.some((one) => one === role)
    ? "A role is admin, supervisor or cashier"
    : undefined;
}

/** A number that no user has. */
function newNumber(
  { random }: PeopleContext,
  known: UserSet,
  wanted: number | undefined,
): number {
  let number = wanted ?? 0;
  while (number < 1 || number > USER_NUMBER_MAX || known.has(number)) {
    // Number 1 is the default account's.
    number = 2 + randomBelow(random, USER_NUMBER_MAX - 1);
  }
  return number;
}

/** The fields of a user that moves in or is made. */
async function newFields(
  context: PeopleContext,
  input: UserInput,
): Promise<Result<UserFields, Refusal>> {
  const { name, fullName, role, password, passwordHash } = input;
  const problem = formProblem(input);
  if (problem !== undefined) return invalid(problem);
  if (passwordHash !== undefined && !isPasswordHash(passwordHash)) {
    return invalid(
      "A password's hash is bcrypt ($2a$, $2b$) or argon2id, of bearable cost",
    );
  }
  const made = password === undefined
    ? ok(passwordHash)
    : await hashPassword(context, password, name);
  if (!made.ok) return made;
  return ok({
    name,
    fullName,
    role,
    active: true,
    password: made.value,
    ...(input.mustChangePassword === true ? { mustChange: true } : {}),
  });
}

async function createUser(
  context: PeopleContext,
  input: UserInput,
): Promise<Result<UserView, Refusal>> {
  const { id, by, name, role } = input;
  if (id !== undefined && !Number.isSafeInteger(id)) {
    return invalid("A user's number is a whole number");
  }
  const fields = await newFields(context, input);
  if (!fields.ok) return fields;
  const site = input.site === undefined ? context.node.site : input.site;
  const space = spaceOfUsers(site);
  const made = await decideExactly(context.replica, (decision) => {
    const beside = usersBeside(context, decision, space);
    if (beside.byName(name).length > 0) return nameTaken(name);
    if (beside.all.length === 0 && role !== "admin") {
      return refuse("forbidden", "The first user must be an administrator");
    }
    const all = context.readUsers(decision, knownSpaces(context));
    const number = newNumber(context, all, id);
    const subject = `${USER_KIND}/${number}`;
    setUser(decision, { space, subject }, fields.value);
    recordAct(decision, space, {
      act: "user_created",
      subject,
      by,
      note: `${name}, ${role}`,
    });
    return ok(number);
  });
  return made.ok ? shownUser(context, made.value) : made;
}

function nameTaken(name: string) {
  return refuse("name_taken", `There is a user "${name}" already`, { name });
}

/** Whether nobody but this user could administer what it administers. */
function isLastAdmin(
  context: PeopleContext,
  source: UserSource,
  { view, space }: StoredUser,
): boolean {
  const spaces = space === MESH_SPACE ? [MESH_SPACE] : [MESH_SPACE, space];
  return view.active && view.role === "admin" &&
    !context.readUsers(source, spaces).all.some((other) =>
      other.view.id !== view.id && other.view.active &&
      other.view.role === "admin"
    );
}

interface UserChange {
  readonly name?: string;
  readonly fullName?: string;
  readonly role?: UserRole;
  readonly active?: boolean;
}

/** Why a change of a user is refused; undefined if it is not. */
function changeProblem(
  context: PeopleContext,
  source: UserSource,
  { user, change }: { readonly user: StoredUser; readonly change: UserChange },
) {
  const { name, role, active } = change;
  const beside = usersBeside(context, source, user.space);
  if (
    name !== undefined && nameKey(name) !== nameKey(user.view.name) &&
    beside.byName(name).length > 0
  ) return nameTaken(name);
  const weaker = active === false || (role !== undefined && role !== "admin");
  return weaker && isLastAdmin(context, source, user)
    ? refuse(
      "forbidden",
      "The last administrator can be neither disabled nor made less",
    )
    : undefined;
}

async function changeUser(
  context: PeopleContext,
  { id, by, ...change }: Parameters<PeopleUseCases["changeUser"]>[0],
): Promise<Result<UserView, Refusal>> {
  const problem = formProblem(change);
  if (problem !== undefined) return invalid(problem);
  const { name, fullName, role, active } = change;
  const changed = await decideExactly(context.replica, (decision) => {
    const user = findUser(context, id, decision);
    if (user === undefined) return unknownUser(id);
    const refusal = changeProblem(context, decision, { user, change });
    if (refusal !== undefined) return refusal;
    const { subject, space, view } = user;
    setUser(decision, user, {
      ...{ name, fullName, role, active },
      // Who is disabled is signed out everywhere, also if it is enabled again.
      ...(active === false && view.active ? { epoch: decision.at } : {}),
    });
    const note = Object.entries({ name, fullName, role, active })
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => `${field}: ${value}`).join(", ");
    recordAct(decision, space, { act: "user_changed", subject, by, note });
    return ok(null);
  });
  return changed.ok ? shownUser(context, id) : changed;
}

/**
 * Makes the decisions about users.
 *
 * @param context What they work with.
 * @returns The decisions.
 */
export function createUserDecisions(
  context: PeopleContext,
): Pick<PeopleUseCases, "createUser" | "changeUser" | "setPassword"> {
  return {
    createUser: (input) => createUser(context, input),
    changeUser: (input) => changeUser(context, input),
    setPassword: (input) => setPassword(context, input),
  };
}
