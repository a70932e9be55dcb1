/**
 * Moves users in, with the hashes of their passwords.
 *
 * @module
 */
import { configError, quote } from "../option_parser.ts";
import { type Json, type NodeClient, problemOf } from "./node_client.ts";
import type { OldRow } from "./old_tables.ts";
import type { FileRow } from "./read_tables.ts";

/** The role of a user by the word of the older table. */
function roleOf(word: string | undefined): "admin" | "supervisor" | "cashier" {
  switch (word?.toUpperCase()) {
    case "ADMIN":
    case "ADMINISTRADOR":
      return "admin";
    case "SUPERVISOR":
      return "supervisor";
    default:
      return "cashier";
  }
}

/** The site of a user at a node: at an office those of branches stand at their own sites. */
function siteOf({ site }: OldRow<"users">, node: NodeClient): string | null {
  return site?.toUpperCase() ?? node.site;
}

/** Who administers the node while things are moved in. */
export interface Administrator {
  /** The name for signing in. */
  readonly name: string;
  /** The password; undefined if nobody said it. */
  readonly password: string | undefined;
}

/**
 * Signs in, where the node has users or will have some. At a node without users the administrator is made: with the
 * name, role and number of the row of that name if there is one, and with the password that was given.
 *
 * @param node The node.
 * @param users The rows.
 * @param who Who signs in; undefined if nobody was named.
 * @throws {PanalError} `config_invalid` if somebody must sign in and cannot.
 */
export async function signInAs(
  node: NodeClient,
  users: readonly FileRow<"users">[],
  who: Administrator | undefined,
): Promise<void> {
  if (who === undefined) {
    if (users.length === 0) return;
    throw configError(
      "There are users to move in: name who administers the node, --user NAME with the password in PANAL_PASSWORD",
    );
  }
  const { name, password } = who;
  if (password === undefined) {
    throw configError(`Put the password of ${quote(name)} into PANAL_PASSWORD`);
  }
  if (await node.hasUsers()) return await node.signIn(name, password);
  const own = users.find(({ row }) => nameKey(row.name) === nameKey(name));
  const made = await node.ask("POST", "/v1/users", {
    ...(own === undefined ? {} : { id: own.row.id }),
    name,
    fullName: own?.row.fullName ?? name,
    role: "admin",
    site: node.site,
    password,
  });
  if (made.status !== 201 && made.status !== 200) {
    throw configError(
      `Cannot make the administrator ${quote(name)}: ${
        problemOf(made.body, made.status)
      }`,
    );
  }
  await node.signIn(name, password);
}

/**
 * Makes the users that the node does not have.
 *
 * @param node The node.
 * @param users The rows.
 */
export async function moveUsers(
  node: NodeClient,
  users: readonly FileRow<"users">[],
): Promise<void> {
  if (users.length === 0) return;
  const known = await knownUsers(node, users);
  for (const { row, report } of users) {
    const before = known.get(keyOf(siteOf(row, node), row.name));
    if (before !== undefined) {
      const difference = differenceOf(before, row, node);
      if (difference === undefined) report.there++;
      else report.refused.push({ line: row.line, reason: difference });
      continue;
    }
    const problem = await makeUser(node, row);
    if (problem === undefined) report.taken++;
    else report.refused.push({ line: row.line, reason: problem });
  }
}

/** Users of the sites that some rows are of, those of the whole mesh among them. */
async function knownUsers(
  node: NodeClient,
  users: readonly FileRow<"users">[],
): Promise<Map<string, Json>> {
  const known = new Map<string, Json>();
  for (const site of new Set(users.map(({ row }) => siteOf(row, node)))) {
    const query = site === null ? "" : `?site=${encodeURIComponent(site)}`;
    for (const user of await node.list(`/v1/users${query}`)) {
      known.set(keyOf(site, user["name"]), user);
    }
  }
  return known;
}

function keyOf(site: string | null, name: unknown): string {
  return `${site} ${nameKey(name)}`;
}

function nameKey(name: unknown): string {
  return String(name).normalize("NFC").trim().toLowerCase();
}

function differenceOf(
  before: Json,
  row: OldRow<"users">,
  node: NodeClient,
): string | undefined {
  const isSame = before["role"] === roleOf(row.role) &&
    before["fullName"] === (row.fullName ?? row.name) &&
    (before["site"] === null || before["site"] === siteOf(row, node));
  return isSame
    ? undefined
    : `there is another user ${row.name} at the node: that one stays as it is`;
}

async function makeUser(
  node: NodeClient,
  row: OldRow<"users">,
): Promise<string | undefined> {
  const made = await node.ask("POST", "/v1/users", {
    id: row.id,
    name: row.name,
    fullName: row.fullName ?? row.name,
    role: roleOf(row.role),
    site: siteOf(row, node),
    passwordHash: row.hash,
  });
  if (made.status !== 201 && made.status !== 200) {
    return problemOf(made.body, made.status);
  }
  if (row.active !== false) return undefined;
  const id = (made.body as Json)["id"];
  const changed = await node.ask("PATCH", `/v1/users/${id}`, { active: false });
  return changed.status === 200
    ? undefined
    : `it is made, but not disabled: ${
      problemOf(changed.body, changed.status)
    }`;
}
