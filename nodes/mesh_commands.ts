/**
 * The task `mesh`: makes a mesh, invites to it, lists and revokes its members.
 *
 * @module
 */
import {
  PanalError,
  parseSiteCode,
  type PeerId,
  type SiteCode,
} from "../crdt/mod.ts";
import { isRegion, parseCompanies } from "./config.ts";
import { helpText, type HelpTopic } from "./help.ts";
import {
  INVITATION_DAYS_MAX,
  type InvitationScope,
  type Member,
} from "./membership.ts";
import {
  configError,
  type OptionKinds,
  parseOptions,
  quote,
} from "./option_parser.ts";
import { isSiteRole, parseRoles } from "./roles.ts";

/** What the commands do with data folders. */
export interface MeshFolders {
  /** Makes a mesh in a folder. */
  init(
    path: string,
    founder: {
      readonly roles: readonly string[];
      readonly site: SiteCode | null;
    },
  ): Promise<{ readonly mesh: string; readonly peer: PeerId }>;
  /** Makes an invitation; `reachable` is false if the folder's node never ran, so that no address is known. */
  invite(
    path: string,
    scope: InvitationScope,
    days: number | undefined,
  ): Promise<{ readonly token: string; readonly reachable: boolean }>;
  /** Lists the members that the folder's node knows. */
  members(path: string): Promise<readonly Member[]>;
  /** Leaves a revocation for the folder's node; returns how many statements were left. */
  revoke(path: string, peer: string): Promise<number>;
  /** Leaves the readmission of a revoked member's logs for the folder's node. */
  readmit(path: string, peer: string): Promise<number>;
  /** Leaves the statement that a lost member's rights go to another; returns of how many logs. */
  reassign(path: string, from: string, to: string): Promise<number>;
  /** Leaves the statement that a member makes a company's rights from now on. */
  issuer(path: string, company: string, peer: string): Promise<void>;
  /** Makes a member an authority with the root key that lies in the folder; returns the text for it. */
  authority(path: string, peer: string): Promise<string>;
  /** Makes the folder's node the authority that a text says it is. */
  accept(path: string, text: string): Promise<void>;
}

/** The surroundings of the commands. */
export interface MeshIo {
  /** Data folders. */
  readonly folders: MeshFolders;
  /** Writes results. */
  readonly stdout: (text: string) => void;
  /** Writes what is wrong. */
  readonly stderr: (text: string) => void;
}

const COMMANDS = {
  init: { data: "one", role: "one", site: "one" },
  invite: {
    data: "one",
    role: "one",
    site: "many",
    region: "one",
    company: "many",
    days: "one",
  },
  members: { data: "one", json: "flag" },
  revoke: { data: "one", peer: "one" },
  readmit: { data: "one", peer: "one" },
  reassign: { data: "one", peer: "one", to: "one" },
  issuer: { data: "one", company: "one", peer: "one" },
  authority: { data: "one", peer: "one" },
  accept: { data: "one", text: "one" },
} as const satisfies Record<string, OptionKinds>;

type Command = keyof typeof COMMANDS;
type Values = ReadonlyMap<string, readonly string[]>;

const EXIT_OK = 0;
const EXIT_UNUSABLE = 2;

/**
 * Runs `deno task mesh`.
 *
 * @param args What stands behind `mesh`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0, or 2 with one line on standard error.
 */
export async function runMesh(
  args: readonly string[],
  io: MeshIo,
): Promise<number> {
  try {
    await runCommand(args, io);
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`mesh: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

async function runCommand(args: readonly string[], io: MeshIo): Promise<void> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h") return io.stdout(helpText("mesh"));
  const known = Object.keys(COMMANDS) as Command[];
  const command = known.find((it) => it === name);
  if (command === undefined) {
    const what = name === undefined
      ? "Name a command"
      : `There is no command ${quote(name)}`;
    throw configError(`${what}: use ${known.join(", ")} (--help explains)`);
  }
  const { words, values, help } = parseOptions(rest, COMMANDS[command]);
  const topic: HelpTopic = `mesh ${command}`;
  if (help) return io.stdout(helpText(topic));
  if (words[0] !== undefined) {
    throw configError(
      `${quote(words[0])} is no option of mesh ${command}: --help lists them`,
    );
  }
  await RUN[command](values, io);
}

const RUN: Readonly<
  Record<Command, (values: Values, io: MeshIo) => Promise<void>>
> = {
  async init(values, { folders, stdout }) {
    const roles = parseRoles(values.get("role")?.[0] ?? "office");
    const [site = null, second] = readSites(values.get("site") ?? []);
    if (second !== undefined) throw configError("--site takes one site here");
    const needy = roles.find(isSiteRole);
    if (site === null && needy !== undefined) {
      throw configError(`The role ${needy} needs a site: add --site CODE`);
    }
    const path = readFolder(values);
    const { mesh, peer } = await folders.init(path, { roles, site });
    stdout(`mesh ${mesh}\npeer ${peer}\n`);
  },
  async invite(values, { folders, stdout, stderr }) {
    const role = values.get("role")?.[0];
    if (role === undefined) throw configError("Name a role: add --role ROLE");
    const region = values.get("region")?.[0] ?? null;
    if (region !== null && !isRegion(region)) {
      throw configError(
        `--region takes 1 to 12 letters and digits, not ${quote(region)}`,
      );
    }
    const scope = {
      roles: parseRoles(role),
      sites: readSites(values.get("site") ?? []),
      region,
      companies: parseCompanies("--company", values.get("company") ?? []),
    };
    const days = readDays(values.get("days")?.[0]);
    const path = readFolder(values);
    const { token, reachable } = await folders.invite(path, scope, days);
    if (!reachable) {
      stderr(
        "mesh: the node of this folder never ran, so the invitation holds no address: start that node, then invite again\n",
      );
    }
    stdout(`${token}\n`);
  },
  async members(values, { folders, stdout }) {
    const members = await folders.members(readFolder(values));
    stdout(
      values.has("json")
        ? `${JSON.stringify(members.map(memberJson))}\n`
        : members.map(memberLine).join(""),
    );
  },
  async revoke(values, { folders, stdout }) {
    const peer = readPeer(values);
    await folders.revoke(readFolder(values), peer);
    stdout(`revoked ${peer}\n`);
  },
  async readmit(values, { folders, stdout }) {
    const peer = readPeer(values);
    const logs = await folders.readmit(readFolder(values), peer);
    stdout(`readmitted ${logs} ${logs === 1 ? "log" : "logs"} of ${peer}\n`);
  },
  async reassign(values, { folders, stdout }) {
    const from = readPeer(values);
    const to = values.get("to")?.[0];
    if (to === undefined) {
      throw configError(
        "Name the member that gets the rights: add --to PEER, as mesh members lists it; the same one if it was restored",
      );
    }
    const logs = await folders.reassign(readFolder(values), from, to);
    stdout(
      `the rights of ${logs} ${
        logs === 1 ? "log" : "logs"
      } of ${from} go to ${to}\n`,
    );
  },
  async issuer(values, { folders, stdout }) {
    const peer = readPeer(values);
    const text = values.get("company")?.[0] ?? "";
    if (!/^[0-9]{1,10}$/.test(text)) {
      throw configError("Name the company: add --company ID, 1 to 10 digits");
    }
    await folders.issuer(readFolder(values), text, peer);
    stdout(`${peer} makes the rights of company ${text}\n`);
  },
  async authority(values, { folders, stdout }) {
    const peer = readPeer(values);
    stdout(`${await folders.authority(readFolder(values), peer)}\n`);
  },
  async accept(values, { folders, stdout }) {
    const text = values.get("text")?.[0];
    if (text === undefined) {
      throw configError("Add --text TEXT, as mesh authority printed it");
    }
    await folders.accept(readFolder(values), text.trim());
    stdout("This node is an authority now\n");
  },
};

function readFolder(values: Values): string {
  const path = values.get("data")?.[0];
  if (path !== undefined) return path;
  throw configError("Name the data folder: add --data DIR");
}

function readPeer(values: Values): string {
  const peer = values.get("peer")?.[0];
  if (peer === undefined) {
    throw configError(
      "Name the member: add --peer PEER, as mesh members lists it",
    );
  }
  return peer;
}

function readSites(texts: readonly string[]): SiteCode[] {
  const sites = texts.flatMap((it) => it.split(",")).map((it) => {
    const site = parseSiteCode(it.trim());
    if (site !== undefined) return site;
    throw configError(
      `--site takes 2 to 12 letters and digits, not ${quote(it)}`,
    );
  });
  return [...new Set(sites)];
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= INVITATION_DAYS_MAX) return days;
  throw configError(
    `--days takes a whole number from 1 to ${INVITATION_DAYS_MAX}, not ${
      quote(text)
    }`,
  );
}

function memberJson(member: Member): Record<string, unknown> {
  const { peer, site, roles, certificateEnds, self, revoked } = member;
  return { peer, site, roles, certificateEnds, self, revoked };
}

function memberLine(
  { peer, site, roles, certificateEnds, self, revoked }: Member,
) {
  const ends = new Date(certificateEnds).toISOString().slice(0, 10);
  const place = site === null ? "" : ` ${site}`;
  return `${peer} ${roles.join("+")}${place}, until ${ends}${
    self ? ", this node" : ""
  }${revoked ? ", revoked" : ""}\n`;
}
