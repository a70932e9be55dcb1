/**
 * Moves the state files of an original company program in, and writes them out again.
 *
 * @module
 */
import { basename, join } from "node:path";
import { PanalError } from "../../crdt/mod.ts";
import {
  companyOfFile,
  parseFleetState,
  printFleetState,
} from "../fleet/fleet_state_file.ts";
import type {
  CompanyId,
  FleetStateFile,
  FleetUseCases,
} from "../fleet/fleet_use_cases.ts";
import { configError, parseOptions, quote } from "../option_parser.ts";
import { parseCompanies } from "../config.ts";

/** Longest state file, in bytes: some two million expenses. */
export const STATE_FILE_BYTES_MAX = 400 * 1024 * 1024;

/** What the commands need of their surroundings. */
export interface FleetMoveIo {
  /** Writes results. */
  stdout(text: string): void;
  /** Writes progress and what is wrong. */
  stderr(text: string): void;
  /** Whether a path is a folder. */
  isFolder(path: string): Promise<boolean>;
  /** Reads a whole file of at most so many bytes; throws a `PanalError` that names it. */
  readFile(path: string, bytesMax: number): Promise<Uint8Array>;
  /** Names of a folder's files; throws a `PanalError` if there is no such folder. */
  listFolder(path: string): Promise<readonly string[]>;
  /** Writes a file beside its place and then renames it: it is the old one or the new one, whole. */
  replaceFile(path: string, pieces: Iterable<string>): Promise<void>;
  /** Opens the node of a data folder that nobody uses. */
  openFleet(path: string): Promise<OpenFleet>;
}

/** The use-cases of a data folder. */
export interface OpenFleet {
  /** The use-cases. */
  readonly fleet: Pick<
    FleetUseCases,
    "companies" | "importState" | "exportState"
  >;
  /** Stops the node and lets go of the folder. */
  close(): Promise<void>;
}

const EXIT_OK = 0;
const EXIT_REFUSED = 1;
const EXIT_UNUSABLE = 2;

/** What is to move in. */
export interface FleetImport {
  /** The word for it. */
  readonly kind: "fleet";
  /** The node's data folder. */
  readonly data: string;
  /** A state file, or the folder of all. */
  readonly path: string;
}

/**
 * Moves state files in. All are read before the first is taken: one that cannot be read stops everything.
 *
 * @param request What moves in, and where.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if every company was taken, 1 if one was refused.
 * @throws {PanalError} `config_invalid` if a file cannot be read, naming file, place and member.
 */
export async function importFleet(
  { data, path }: FleetImport,
  io: FleetMoveIo,
): Promise<number> {
  const states = await readStates(path, io);
  const { fleet, close } = await io.openFleet(data);
  let code = EXIT_OK;
  try {
    for (const state of states) {
      const done = await fleet.importState(state);
      if (done.ok) io.stdout(`${stateLine(state)} is in\n`);
      else {
        code = EXIT_REFUSED;
        io.stderr(`import: ${stateLine(state)}: ${done.error.message}\n`);
      }
    }
  } finally {
    await close();
  }
  return code;
}

async function readStates(
  path: string,
  io: FleetMoveIo,
): Promise<FleetStateFile[]> {
  if (!await io.isFolder(path)) {
    if (companyOfFile(basename(path)) === undefined) {
      throw configError(
        `The file's name must be the company's number, e.g. 42.json, not ${
          quote(basename(path))
        }`,
      );
    }
    return [await readState(path, io)];
  }
  const states: FleetStateFile[] = [];
  for (const name of await io.listFolder(path)) {
    if (companyOfFile(name) === undefined) {
      io.stderr(`${quote(name)} is left out: it is no company's file\n`);
    } else states.push(await readState(join(path, name), io));
  }
  if (states.length > 0) return states;
  throw configError(
    `The folder ${quote(path)} has no company's file, e.g. 42.json`,
  );
}

async function readState(
  path: string,
  io: FleetMoveIo,
): Promise<FleetStateFile> {
  const company = companyOfFile(basename(path)) ?? "" as CompanyId;
  const bytes = await io.readFile(path, STATE_FILE_BYTES_MAX);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    return parseFleetState(text, company);
  } catch (error) {
    const why = error instanceof PanalError
      ? error.message
      : "it is no UTF-8 text";
    throw new PanalError(
      "config_invalid",
      `The file ${quote(path)} cannot be read, nothing is moved in: ${why}`,
      { cause: error },
    );
  }
}

function stateLine(
  { company, balance, cards, confirmations }: FleetStateFile,
): string {
  const expenses = cards.reduce((sum, card) => sum + card.expenses.length, 0);
  const counts = [
    count(cards.length, "card"),
    count(expenses, "expense"),
    `${count(confirmations.length, "verdict")} to deliver`,
  ];
  return `company ${company} with ${balance}, ${counts.join(", ")}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** What `export --help` says. */
export const EXPORT_HELP =
  `Write the state files of an original company program.

  deno task export --data DIR --fleet-state FOLDER [--company ID[,ID…]]

  --data DIR              the data folder of a node that reads the companies; stop its node first
  --fleet-state FOLDER    where to write one file a company, e.g. 42.json; files that are there are replaced, each at once
  --company ID[,ID…]      only these; all that the node knows if left out

The files hold balance, cards, accepted expenses, and the verdicts that no regional office has confirmed, as the original
program reads them; amounts beyond 4294967295 are written as that.

Exit code: 0 all were written, 1 a company is unknown, 2 a bad option, file or folder.
`;

const OPTIONS = {
  data: "one",
  "fleet-state": "one",
  company: "many",
} as const;

/**
 * Runs `deno task export`.
 *
 * @param args What stands behind `export`.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if all was written, 1 if a company is unknown, 2 with one line on standard error.
 */
export async function runExport(
  args: readonly string[],
  io: FleetMoveIo,
): Promise<number> {
  try {
    const { words, values, help } = parseOptions(args, OPTIONS);
    if (help) {
      io.stdout(EXPORT_HELP);
      return EXIT_OK;
    }
    if (words[0] !== undefined) {
      throw configError(
        `${quote(words[0])} is no option of export: --help lists them`,
      );
    }
    const [data] = values.get("data") ?? [];
    const [folder] = values.get("fleet-state") ?? [];
    if (data === undefined) {
      throw configError("Name the data folder: --data DIR");
    }
    if (folder === undefined) {
      throw configError("Say where to write: --fleet-state FOLDER");
    }
    const named = parseCompanies("--company", values.get("company") ?? []);
    const companies = named.filter((it) => it !== "all") as CompanyId[];
    return await exportFleet({ data, folder, companies }, io);
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    io.stderr(`export: ${error.message}\n`);
    return EXIT_UNUSABLE;
  }
}

async function exportFleet(
  { data, folder, companies }: {
    readonly data: string;
    readonly folder: string;
    readonly companies: readonly CompanyId[];
  },
  io: FleetMoveIo,
): Promise<number> {
  if (!await io.isFolder(folder)) {
    throw configError(`There is no folder ${quote(folder)}: make it first`);
  }
  const { fleet, close } = await io.openFleet(data);
  let code = EXIT_OK;
  try {
    for (const company of companies.length > 0 ? companies : allOf(fleet)) {
      const state = fleet.exportState(company);
      if (state === undefined) {
        code = EXIT_REFUSED;
        io.stderr(`export: nobody knows company ${company}\n`);
        continue;
      }
      const path = join(folder, `${company}.json`);
      await io.replaceFile(path, printFleetState(state));
      io.stdout(`${stateLine(state)} is in ${path}\n`);
    }
  } finally {
    await close();
  }
  return code;
}

function* allOf(fleet: OpenFleet["fleet"]): Generator<CompanyId> {
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: ReturnType<FleetUseCases["companies"]> = fleet.companies({
      limit: 1_000,
      ...(cursor === "" ? {} : { cursor }),
    });
    yield* page.items.map(({ company }) => company);
    cursor = page.next;
  }
}
