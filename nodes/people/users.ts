/**
 * Users as the directories have them. A user is a subject `user/<number>` of the directory of a site's space, or of
 * `mesh`; what somebody wrote there that is no user is passed over. Of what guards something and was set apart the
 * tighter holds.
 *
 * @module
 */
import {
  type DirectoryEntry,
  directoryStanding,
  type DirectoryValue,
  MESH_SPACE,
  type Reader,
  type SiteCode,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import type { CatalogCache } from "../catalog_cache.ts";
import type { UserRole, UserView } from "./people_use_cases.ts";
import {
  FULL_NAME_MAX,
  isName,
  nameKey,
  USER_NAME_MAX,
  USER_NUMBER_MAX,
  USER_ROLES,
} from "./user_rules.ts";

/** The kind of subject. */
export const USER_KIND = "user";
/** Most passwords set apart that are compared with; of more, none is right. */
const PASSWORDS_APART_MAX = 4;

/** Where users are read: the last durable transaction, or the one of a decision. */
export interface UserSource {
  /** The views. */
  readonly rows: Reader;
  /** Directories in memory. */
  readonly catalog: CatalogCache;
}

/** What a password is compared with. */
export interface Secret {
  /** Hashes; none if no password is right. */
  readonly hashes: readonly string[];
  /** Whether the password must be that of all of them, or of one. */
  readonly need: "all" | "any";
}

/** A user with what is not shown. */
export interface StoredUser {
  /** What is shown. */
  readonly view: UserView;
  /** Whose directory holds it. */
  readonly space: SpaceId;
  /** Its subject there. */
  readonly subject: string;
  /** What its password is compared with. */
  readonly secret: Secret;
  /** Which sign-ins count: those made under another word are over. */
  readonly epoch: string;
}

/** The users of some spaces. */
export interface UserSet {
  /** By number. */
  readonly all: readonly StoredUser[];
  /** Whether any has this number. */
  has(id: number): boolean;
  /** One of them; undefined if sites apart have one each of this number. */
  byId(id: number): StoredUser | undefined;
  /** Those of one name, the one that signs in first. */
  byName(name: string): readonly StoredUser[];
}

/** How a password stands in the directory: chosen by somebody (text), or a list of one of these words and the hash. */
export type PasswordNote = "first" | "again";

/**
 * The first administrator's password: set where no user was known, so of several made apart each is good until one of
 * them is changed. `again`: the same password as before, hashed anew, so it counts for nothing beside one that was
 * chosen.
 */
export function notedPassword(note: PasswordNote, hash: string): string[] {
  return [note, hash];
}

function secretOf(values: readonly DirectoryValue[]): Secret {
  const noted = (note: PasswordNote) =>
    values.flatMap((value) =>
      Array.isArray(value) && value[0] === note ? [String(value[1])] : []
    );
  const chosen = values.filter((value) => typeof value === "string");
  const first = noted("first");
  const [hashes, need] = chosen.length > 0
    ? [chosen, "all"] as const
    : first.length > 0
    ? [first, "any"] as const
    : [noted("again"), "all"] as const;
  return { hashes: hashes.length > PASSWORDS_APART_MAX ? [] : hashes, need };
}

function roleOf(values: readonly DirectoryValue[]): UserRole | undefined {
  return USER_ROLES.find((role) => values.includes(role));
}

/** The directory in which the users of a site stand; of `mesh` for null. */
export function spaceOfUsers(site: SiteCode | null): SpaceId {
  return site === null ? MESH_SPACE : siteSpace(site);
}

const read = new WeakMap<DirectoryEntry, StoredUser | null>();

function readUser(
  { rows }: UserSource,
  space: SpaceId,
  entry: DirectoryEntry,
): StoredUser | undefined {
  let user = read.get(entry);
  if (user === undefined) {
    user = parseUser(rows, space, entry) ?? null;
    // An entry is made anew when anything of its directory was written.
    read.set(entry, user);
  }
  return user ?? undefined;
}

function parseUser(
  rows: Reader,
  space: SpaceId,
  entry: DirectoryEntry,
): StoredUser | undefined {
  const { subject, fields, contested } = entry;
  const standing = (field: string): DirectoryValue[] =>
    contested.includes(field)
      ? directoryStanding(rows, { space, subject, field })
      : fields[field] === undefined
      ? []
      : [fields[field]];
  const id = subject.slice(USER_KIND.length + 1);
  const role = roleOf(standing("role"));
  const { name, fullName } = fields;
  if (
    !/^[1-9][0-9]{0,9}$/.test(id) || Number(id) > USER_NUMBER_MAX ||
    role === undefined || !isName(name, USER_NAME_MAX) ||
    !isName(fullName, FULL_NAME_MAX)
  ) return undefined;
  const secret = secretOf(standing("password"));
  const mustChange = standing("mustChange").includes(true) ||
    (secret.need === "any" && secret.hashes.length > 1);
  return {
    view: {
      id: Number(id),
      name,
      fullName,
      role,
      site: space === MESH_SPACE ? null : space.slice(5) as SiteCode,
      active: !standing("active").some((value) => value !== true),
      nameShared: false,
      mustChangePassword: mustChange,
      createdAt: entry.firstAt,
      changedAt: entry.at,
    },
    space,
    subject,
    secret,
    epoch: [entry.firstAt, ...standing("epoch").map(String).toSorted()]
      .join("."),
  };
}

/** The one that signs in first: of users that share a name the active one with the least number. */
function compareSharing(a: StoredUser, b: StoredUser): number {
  return Number(b.view.active) - Number(a.view.active) || a.view.id - b.view.id;
}

/** At one site a number is one user's: the site's own hides one of the mesh. */
function withoutHidden(users: readonly StoredUser[]): StoredUser[] {
  return [...new Map(users.map((user) => [user.view.id, user])).values()];
}

function makeSet(users: readonly StoredUser[]): UserSet {
  const keyOf = ({ view }: StoredUser) => nameKey(view.name);
  const sharing = Map.groupBy(users, keyOf);
  const marked = users.map((user) =>
    sharing.get(keyOf(user))?.length === 1
      ? user
      : { ...user, view: { ...user.view, nameShared: true } }
  ).toSorted((a, b) => a.view.id - b.view.id);
  const ids = Map.groupBy(marked, ({ view }) => view.id);
  const names = Map.groupBy(marked, keyOf);
  for (const same of names.values()) same.sort(compareSharing);
  return {
    all: marked,
    has: (id) => ids.has(id),
    byId(id) {
      const [user, ...others] = ids.get(id) ?? [];
      return others.length === 0 ? user : undefined;
    },
    byName: (name) => names.get(nameKey(name)) ?? [],
  };
}

interface Held {
  readonly lists: readonly (readonly DirectoryEntry[])[];
  readonly set: UserSet;
}

/** Reads users; what was read is kept until one of the directories is written. */
export type UserReader = (
  source: UserSource,
  spaces: readonly SpaceId[],
) => UserSet;

/** Most sets of spaces whose users are kept. */
const SETS_MAX = 64;

/** Makes a reader of users. */
export function createUserReader(): UserReader {
  const held = new Map<string, Held>();
  return (source, spaces) => {
    const key = spaces.join(" ");
    const lists = spaces.map((space) =>
      source.catalog.subjects(source.rows, space, USER_KIND)
    );
    const known = held.get(key);
    if (known?.lists.every((list, i) => list === lists[i])) return known.set;
    const users = lists.flatMap((list, i) =>
      list.map((entry) => readUser(source, spaces[i] as SpaceId, entry))
        .filter((user) => user !== undefined)
    );
    // The mesh and one site.
    const set = makeSet(spaces.length <= 2 ? withoutHidden(users) : users);
    if (held.size >= SETS_MAX) held.clear();
    held.set(key, { lists, set });
    return set;
  };
}

/** The spaces whose users may sign in at a site; those of `mesh` alone for null. */
export function spacesOfUsers(site: SiteCode | null): SpaceId[] {
  return site === null ? [MESH_SPACE] : [MESH_SPACE, siteSpace(site)];
}
