/**
 * The task `audit`: verifies a data folder or a bundle offline, and makes bundles.
 *
 * @module
 */
import {
  ED25519,
  fromHex,
  PanalError,
  parseSiteCode,
  type SignatureScheme,
  siteSpace,
  toHex,
} from "../crdt/mod.ts";
import type { FolderStore } from "./adapters/rebuild_folder.ts";
import {
  auditBundle,
  type BundleScope,
  encodeBundle,
  readBundle,
} from "./audit_bundle.ts";
import { bundledLogs } from "./audit_export.ts";
import {
  type AuditProgress,
  type AuditReport,
  auditStore,
} from "./audit_folder.ts";
import { CommitArchive } from "./commit_archive.ts";
import { helpText } from "./help.ts";
import { LogRegister } from "./log_register.ts";
import {
  configError,
  type OptionKinds,
  parseOptions,
  quote,
} from "./option_parser.ts";
import { type RebuildReport, rebuildViews } from "./rebuild.ts";

/** What the commands do with files. */
export interface AuditFiles {
  /** Opens a data folder that nobody uses. */
  openFolder(path: string): Promise<FolderStore>;
  /** Reads a file of at most `BUNDLE_BYTES_MAX` bytes. */
  readBundle(path: string): Promise<Uint8Array>;
  /** Writes a new file; gives its length in bytes. */
  writeBundle(path: string, pieces: Iterable<Uint8Array>): Promise<number>;
}

/** The surroundings of the commands. */
export interface AuditIo {
  /** Folders and bundles. */
  readonly files: AuditFiles;
  /** Writes results. */
  stdout(text: string): void;
  /** Writes progress and what is wrong. */
  stderr(text: string): void;
  /** How a bundle's signatures are checked; Ed25519 if left out. */
  readonly signatures?: SignatureScheme;
}

const COMMANDS = {
  verify: { data: "one", bundle: "one", root: "one", views: "flag" },
  export: { data: "one", site: "one", from: "one", to: "one", out: "one" },
} as const satisfies Record<string, OptionKinds>;

type Values = ReadonlyMap<string, readonly string[]>;

const EXIT_RIGHT = 0;
const EXIT_WRONG = 1;
const EXIT_UNUSABLE = 2;
const DAY_MS = 86_400_000;
/** A line of progress is written each time so many commits were read. */
const PROGRESS_COMMITS = 20_000;
/** Faults beyond this number are counted, not listed. */
const FAULTS_LISTED_MAX = 100;

/**
 * Runs `deno task audit`.
 *
 * @param args What stands behind `audit`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if everything verifies, 1 if something is wrong, 2 with one line on standard error.
 */
export async function runAudit(
  args: readonly string[],
  io: AuditIo,
): Promise<number> {
  try {
    return await runCommand(args, io);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    // A store or a bundle that cannot be read is what an audit is to find.
    if (
      error.code === "data_folder_damaged" || error.code === "bundle_invalid"
    ) {
      io.stdout(`wrong: ${error.message}\n`);
      return EXIT_WRONG;
    }
    io.stderr(`audit: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

async function runCommand(
  args: readonly string[],
  io: AuditIo,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h") {
    io.stdout(helpText("audit"));
    return EXIT_RIGHT;
  }
  if (name !== "verify" && name !== "export") {
    const what = name === undefined
      ? "Name a command"
      : `There is no command ${quote(name)}`;
    throw configError(`${what}: use verify or export (--help explains)`);
  }
  const { words, values, help } = parseOptions(rest, COMMANDS[name]);
  if (help) {
    io.stdout(helpText(`audit ${name}`));
    return EXIT_RIGHT;
  }
  if (words[0] !== undefined) {
    throw configError(
      `${quote(words[0])} is no option of audit ${name}: --help lists them`,
    );
  }
  if (name === "export") return await exportBundle(values, io);
  const [data] = values.get("data") ?? [];
  const [bundle] = values.get("bundle") ?? [];
  if ((data === undefined) === (bundle === undefined)) {
    throw configError(
      "Name a data folder with --data, or a bundle with --bundle",
    );
  }
  if (bundle !== undefined) return await verifyBundle(bundle, values, io);
  if (values.has("root")) throw configError("--root goes with --bundle");
  return await verifyFolder(data ?? "", values, io);
}

// Verifying

async function verifyFolder(
  path: string,
  values: Values,
  io: AuditIo,
): Promise<number> {
  const folder = await io.files.openFolder(path);
  try {
    const { store, verify } = folder;
    io.stdout(`root ${toHex(verify.root)}\n`);
    const report = auditStore(store, verify, createProgress(io));
    const views = values.has("views") && report.faults.length === 0
      ? compareViews(folder)
      : undefined;
    io.stdout(faultLines(report) + viewLines(views));
    const wrong = report.faults.length > 0 || views?.equal === false;
    const { logs, commits, heads, witnesses, documents } = report;
    io.stdout(
      `${logs} logs, ${commits} commits, ${heads} signed heads, ${witnesses} countersignatures, ${documents} stored documents. ${
        wrong ? "Not everything verifies." : "Everything verifies."
      }\n`,
    );
    return wrong ? EXIT_WRONG : EXIT_RIGHT;
  } finally {
    await folder.close();
  }
}

async function verifyBundle(
  path: string,
  values: Values,
  io: AuditIo,
): Promise<number> {
  const wanted = readRoot(values.get("root")?.[0]);
  const read = readBundle(await io.files.readBundle(path));
  if (!read.ok) {
    io.stdout(`wrong: the bundle ${quote(path)} is refused: ${read.error}\n`);
    return EXIT_WRONG;
  }
  const bundle = read.value;
  const root = toHex(bundle.root);
  io.stdout(
    `root ${root}\n${bundle.space} from ${dayOf(bundle.fromMs)} to ${
      dayOf(bundle.toMs - 1)
    }\n`,
  );
  if (wanted !== undefined && wanted !== root) {
    io.stdout("wrong: the bundle is of another mesh\n");
    return EXIT_WRONG;
  }
  const signatures = io.signatures ?? ED25519;
  const report = auditBundle(bundle, signatures, createProgress(io));
  const { logs, commits, heads, witnesses, faults, maker } = report;
  io.stdout(faultLines(report));
  if (maker === undefined) {
    io.stdout("wrong: no member of the mesh vouches for the bundle\n");
  } else {
    const site = maker.certificate.site ?? "no site";
    const roles = maker.certificate.roles.join("+");
    io.stdout(`made by ${maker.peer} (${roles}, ${site})\n`);
  }
  const wrong = faults.length > 0 || maker === undefined;
  io.stdout(
    `${logs} logs, ${commits} commits, ${heads} signed heads, ${witnesses} countersignatures. ${
      wrong ? "Not everything verifies." : "Everything verifies."
    }\n`,
  );
  return wrong ? EXIT_WRONG : EXIT_RIGHT;
}

function createProgress({ stderr }: AuditIo): AuditProgress {
  let [commits, told] = [0, 0];
  return {
    log: (log, index, logs) => stderr(`log ${index + 1} of ${logs}: ${log}\n`),
    commits(count) {
      commits += count;
      if (commits - told < PROGRESS_COMMITS) return;
      told = commits;
      stderr(`${commits} commits read\n`);
    },
  };
}

function faultLines({ faults }: AuditReport): string {
  const lines = faults.slice(0, FAULTS_LISTED_MAX).map((
    { log, seq, reason },
  ) => `wrong: log ${log}, commit ${seq}: ${reason}\n`);
  const more = faults.length - lines.length;
  return lines.join("") + (more > 0 ? `and ${more} more\n` : "");
}

/** Thrown to leave the views as they are. */
class Undone extends Error {
  readonly report: RebuildReport;

  constructor(report: RebuildReport) {
    super("the views are left as they are");
    this.report = report;
  }
}

function compareViews({ store, verify }: FolderStore): RebuildReport {
  const register = new LogRegister();
  register.load(store);
  const archive = new CommitArchive(store, register);
  try {
    return store.write((writer) => {
      throw new Undone(rebuildViews(writer, { register, archive, verify }));
    });
  } catch (error) {
    if (error instanceof Undone) return error.report;
    throw error;
  }
}

function viewLines(report: RebuildReport | undefined): string {
  if (report === undefined) return "";
  const wrong = report.after.filter(({ hash }, i) =>
    hash !== report.before[i]?.hash
  );
  return wrong.map(({ table }) =>
    `wrong: the view ${table} is not what the facts give: run "rebuild"\n`
  ).join("");
}

function readRoot(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const root = text.toLowerCase();
  if (/^[0-9a-f]{64}$/.test(root)) return toHex(fromHex(root));
  throw configError(`--root takes 64 hexadecimal digits, not ${quote(text)}`);
}

// Exporting

async function exportBundle(values: Values, io: AuditIo): Promise<number> {
  const path = need(values, "data", "Name the data folder: add --data DIR");
  const siteText = need(values, "site", "Name the site: add --site CODE");
  const out = need(values, "out", "Name the file to make: add --out FILE");
  const site = parseSiteCode(siteText);
  if (site === undefined) {
    throw configError(
      `--site takes 2 to 12 letters and digits, not ${quote(siteText)}`,
    );
  }
  const fromMs = readDay("from", values.get("from")?.[0]) ?? 0;
  const last = readDay("to", values.get("to")?.[0]);
  const toMs = last === undefined ? Number.MAX_SAFE_INTEGER : last + DAY_MS;
  if (toMs <= fromMs) throw configError("--from lies behind --to");
  const folder = await io.files.openFolder(path);
  try {
    const { signer, place } = folder.identity;
    const chain = place?.chain ?? new Uint8Array();
    const { root } = folder.verify;
    const scope: BundleScope = { root, space: siteSpace(site), fromMs, toMs };
    let logs = 0;
    let commits = 0;
    const chosen = [
      ...bundledLogs(folder.store, scope.space, { fromMs, toMs }),
    ];
    if (chosen.length === 0) {
      throw configError(`The folder has nothing of ${site} in these days`);
    }
    const counted = (function* () {
      for (const log of chosen) {
        logs++;
        commits += log.seq - log.firstBody + 1 + log.landmarks.length;
        io.stderr(`log ${log.name}: to commit ${log.seq}\n`);
        yield log;
      }
    })();
    const pieces = encodeBundle(scope, counted, { signer, chain });
    const bytes = await io.files.writeBundle(out, pieces);
    io.stdout(`${logs} logs, ${commits} commits, ${bytes} bytes in ${out}\n`);
    return EXIT_RIGHT;
  } finally {
    await folder.close();
  }
}

function need(values: Values, name: string, message: string): string {
  const value = values.get(name)?.[0];
  if (value !== undefined) return value;
  throw configError(message);
}

function readDay(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  if (ms >= 0 && dayOf(ms) === text) return ms;
  throw configError(`--${name} takes a day, YYYY-MM-DD, not ${quote(text)}`);
}

function dayOf(ms: number): string {
  return ms >= LAST_DAY_MS
    ? "its end"
    : new Date(ms).toISOString().slice(0, 10);
}
const LAST_DAY_MS = 8.64e15;
