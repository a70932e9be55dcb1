/**
 * The settings `branch-sync` of a node: which branches of the older software may send, how each keeps its clock, what an
 * original central is told, and when.
 *
 * @module
 */
import { z } from "zod";
import { isTimezone, parseSiteCode, type SiteCode } from "../../crdt/mod.ts";
import { parseNetwork } from "../../net/mod.ts";
import { configError, quote } from "../option_parser.ts";

/** Largest body of a message after decompression unless set otherwise, in bytes. */
export const BRANCH_SYNC_BODY_BYTES = 16 * 1024 * 1024;
/** When an original central is told unless set otherwise. */
export const BRANCH_SYNC_AT = "23:00";

/** Most senders that are listed. */
const SENDERS_MAX = 4096;
/** Most branches, codes and users that are listed. */
const LISTED_MAX = 10_000;

/** Who may send for a branch. */
export interface SenderSetting {
  /** The branch's code; `*` for every one. */
  readonly site: SiteCode | "*";
  /** An IP address, or a network such as `192.168.1.0/24`. */
  readonly address: string;
  /** What it must show in `x-sucursal-key`; nothing if left out. Secret: never log it. */
  readonly key?: string;
}

/** What `Z` means in the times of a branch: its wall clock, or UTC. */
export type BranchClock = "pared" | "utc";

/** What is known of a branch of the older software. */
export interface BranchSetting {
  /** Its name. */
  readonly name?: string;
  /** Its town. */
  readonly city?: string;
  /** What `Z` means in its times; `pared` if left out. */
  readonly fechaVentaZ?: BranchClock;
  /** Its time zone; the node's if left out. */
  readonly timezone?: string;
  /** Where its own REST is read for what it never sends. */
  readonly pull?: string;
}

/** What original centrals are told. Their addresses are those of `--dial branch-sync=URL`. */
export interface TargetSettings {
  /** The central's codes by the codes of sites here. The node's own site keeps its code if it is not listed. */
  readonly codes: Readonly<Record<string, string>>;
  /** Users of the central by the ids of users here. */
  readonly users: Readonly<Record<string, number>>;
  /** The central's user for all others. */
  readonly user: number;
  /** True if bodies are compressed. */
  readonly gzip: boolean;
}

/** When an original central is told beside on demand. */
export interface ScheduleSettings {
  /** A time of the site's day, `HH:MM`; null for none. */
  readonly at: string | null;
  /** Minutes between two runs; null for none. */
  readonly everyMinutes: number | null;
}

/** The settings. */
export interface BranchSyncSettings {
  /** Who may send; an empty list is loopback and private networks. */
  readonly senders: readonly SenderSetting[];
  /** True if the node takes messages as an original central does. */
  readonly central: boolean;
  /** Largest body of a message after decompression, in bytes. */
  readonly maxBodyBytes: number;
  /** What is known of branches, by code. */
  readonly branches: Readonly<Record<string, BranchSetting>>;
  /** What original centrals are told. */
  readonly targets: TargetSettings;
  /** When they are told. */
  readonly schedule: ScheduleSettings;
}

const CODE = z.string().refine((text) => parseSiteCode(text) === text, {
  error: "is a code of 2 to 12 capital letters and digits",
});
const CODE_KEY = z.string().regex(/^[A-Z0-9]{2,12}$/);
const NAME = z.string().min(1).max(100);
const URL_TEXT = z.string().max(1024).refine(
  (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
  { error: "is an address such as http://192.168.1.20:3001" },
).transform((text) => text.replace(/\/+$/, ""));
const BRANCH = z.strictObject({
  name: NAME,
  city: NAME,
  fechaVentaZ: z.enum(["pared", "utc"]),
  timezone: z.string().max(64).refine(isTimezone, {
    error: "is the name of a time zone such as America/Lima",
  }),
  pull: URL_TEXT,
}).partial();
const SENDER = z.strictObject({
  site: z.union([z.literal("*"), CODE]),
  address: z.string().max(64).refine((text) => parseNetwork(text) !== null, {
    error: "is an address or a network such as 192.168.1.0/24",
  }),
  key: z.string().min(8).max(256).optional(),
});
const USER = z.int().min(1).max(2_147_483_647);

const SETTINGS = z.strictObject({
  senders: z.array(SENDER).max(SENDERS_MAX),
  central: z.boolean(),
  maxBodyBytes: z.int().min(1024).max(256 * 1024 * 1024),
  branches: z.record(CODE_KEY, BRANCH).refine(isShort),
  targets: z.strictObject({
    codes: z.record(CODE_KEY, z.string().regex(/^[A-Z0-9]{2,12}$/))
      .refine(isShort),
    users: z.record(z.string().min(1).max(64), USER).refine(isShort),
    user: USER,
    gzip: z.boolean(),
  }).partial(),
  schedule: z.strictObject({
    at: z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/).nullable(),
    everyMinutes: z.int().min(1).max(1440).nullable(),
  }).partial(),
}).partial();

function isShort(record: object): boolean {
  return Object.keys(record).length <= LISTED_MAX;
}

/**
 * The settings of a node that is told nothing.
 *
 * @param roles The node's roles.
 * @returns Its settings: an office takes messages, others do not.
 */
export function branchSyncDefaults(
  roles: readonly string[],
): BranchSyncSettings {
  return {
    senders: [],
    central: roles.includes("office"),
    maxBodyBytes: BRANCH_SYNC_BODY_BYTES,
    branches: {},
    targets: { codes: {}, users: {}, user: 1, gzip: false },
    schedule: { at: BRANCH_SYNC_AT, everyMinutes: null },
  };
}

/**
 * Reads the settings.
 *
 * @param roles The node's roles.
 * @param given The JSON text and what to call its source; undefined if there is none.
 * @returns The settings, complete.
 * @throws {PanalError} `config_invalid` that names what is wrong.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const settings = readBranchSync(["office"], { label: "branch-sync", value: '{"maxBodyBytes":2048}' });
 * strictEqual(settings.maxBodyBytes, 2048);
 * strictEqual(settings.central, true);
 * ```
 */
export function readBranchSync(
  roles: readonly string[],
  given: { readonly label: string; readonly value: string } | undefined,
): BranchSyncSettings {
  const defaults = branchSyncDefaults(roles);
  if (given === undefined) return defaults;
  const parsed = SETTINGS.safeParse(parseJson(given));
  if (!parsed.success) throw settingsError(given.label, parsed.error);
  const { targets, schedule, senders, branches, ...rest } = parsed.data;
  return {
    ...defaults,
    ...withoutUndefined(rest),
    senders: (senders ?? []) as readonly SenderSetting[],
    branches: (branches ?? {}) as Readonly<Record<string, BranchSetting>>,
    targets: { ...defaults.targets, ...withoutUndefined(targets ?? {}) },
    schedule: { ...defaults.schedule, ...withoutUndefined(schedule ?? {}) },
  };
}

function withoutUndefined<T extends object>(
  record: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function parseJson({ label, value }: { label: string; value: string }) {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw configError(`${label} takes one JSON object, not ${quote(value)}`);
  }
}

function settingsError(label: string, error: z.ZodError) {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const where = path === "" ? label : `${label}: ${quote(path)}`;
    return configError(
      `${where} has no setting ${quote(issue.keys[0] ?? "")}`,
    );
  }
  return path === ""
    ? configError(`${label} takes one JSON object`)
    : configError(
      `${label} has a wrong value for ${quote(path)}: ${
        issue?.code === "custom" ? `it ${issue.message}` : issue?.message ?? ""
      }`,
    );
}
