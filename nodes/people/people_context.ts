/**
 * What people's use-cases share: whose users are meant, how one is found, and how what was done to it is recorded.
 *
 * @module
 */
import {
  type Actor,
  directoryEntry,
  MESH_SPACE,
  ok,
  type Random,
  type Result,
  type SpaceId,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import type { DecisionContext } from "../replica.ts";
import { refuse, type UseCaseContext } from "../use_cases/context.ts";
import type { PasswordHasher } from "./people_ports.ts";
import type { UserView } from "./people_use_cases.ts";
import {
  spacesOfUsers,
  type StoredUser,
  type UserReader,
  type UserSet,
  type UserSource,
} from "./users.ts";

/** What deciding about users works with. */
export interface PeopleContext
  extends Pick<UseCaseContext, "node" | "replica"> {
  /** Reads users. */
  readonly readUsers: UserReader;
  /** Draws numbers and salts. */
  readonly random: Random;
  /** Hashes passwords; undefined in a node where nobody signs in. */
  readonly hasher: PasswordHasher | undefined;
}

/** What is set of a user. */
export type UserFields = Parameters<typeof setFields>[2];

/** The spaces of all users that this node knows. */
export function knownSpaces({ replica }: PeopleContext): SpaceId[] {
  const sites = replica.register.spaces().filter((space) =>
    space.startsWith("site:")
  );
  return [MESH_SPACE, ...sites.toSorted()];
}

/** The views as of the last durable transaction. */
export function sourceOf({ replica }: PeopleContext): UserSource {
  return { rows: replica.reader, catalog: replica.catalog };
}

/** The users that may sign in at this node. */
export function validUsers(
  context: PeopleContext,
  source: UserSource = sourceOf(context),
): UserSet {
  return context.readUsers(source, spacesOfUsers(context.node.site));
}

/** A user of this node, or of another site that it knows. */
export function findUser(
  context: PeopleContext,
  id: number,
  source: UserSource = sourceOf(context),
): StoredUser | undefined {
  return validUsers(context, source).byId(id) ??
    context.readUsers(source, knownSpaces(context)).byId(id);
}

/** The users among whom a name must be new: those that may sign in where users of a space may. */
export function usersBeside(
  context: PeopleContext,
  source: UserSource,
  space: SpaceId,
): UserSet {
  const spaces = space === MESH_SPACE
    ? knownSpaces(context)
    : [MESH_SPACE, space];
  return context.readUsers(source, spaces);
}

/** The refusal of a user that is not there. */
export function unknownUser(id: number) {
  return refuse("user_unknown", `There is no user ${id}`, { id });
}

/** Records who did what, beside what it made. */
export function recordAct(
  decision: DecisionContext,
  space: SpaceId,
  act: {
    readonly act: string;
    readonly subject: string;
    readonly by?: Actor | undefined;
    readonly note?: string;
  },
): void {
  decision.record(space, {
    type: "ActRecorded",
    id: decision.newId(),
    at: decision.at,
    act: act.act,
    subject: act.subject,
    ...(act.by === undefined ? {} : { by: act.by }),
    ...(act.note === undefined ? {} : { note: act.note }),
  });
}

/** Sets fields of a user. */
export function setUser(
  decision: DecisionContext,
  { space, subject }: Pick<StoredUser, "space" | "subject">,
  fields: UserFields,
): void {
  const before = directoryEntry(decision.rows, space, subject);
  setFields(decision, { space, subject, before }, fields);
}

/** A user as it is now. */
export function shownUser(
  context: PeopleContext,
  id: number,
): Result<UserView, Refusal> {
  const user = findUser(context, id);
  return user === undefined ? unknownUser(id) : ok(user.view);
}
