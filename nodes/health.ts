/**
 * How a node is: alive is whoever answers, ready is who can record, degraded is who has a problem, each with since when
 * and what helps. Problems are looked for in a rhythm, so that "since" is true also where nobody asks.
 *
 * @module
 */
import {
  type Clock,
  readChain,
  type Stamp,
  stampMs,
  type Timer,
} from "../crdt/mod.ts";
import type { FolderSpace } from "./mesh/mesh_use_cases.ts";
import type { Replica } from "./replica.ts";
import type { HealthProblem } from "./use_cases.ts";

/** A certificate that ends within this time is a problem, in milliseconds. */
export const CERTIFICATE_WARN_MS: number = 14 * 86_400_000;
/** Less room than this on the disk is a problem, in bytes. */
export const DISK_FREE_BYTES_MIN: number = 512 * 1024 * 1024;
/** A clock that is this far behind what the node itself wrote is a problem, in milliseconds. */
export const CLOCK_BEHIND_MS_MAX = 60_000;
/** How often problems are looked for, in milliseconds. */
const LOOK_MS = 10_000;

/** A problem, before it is known since when there is one. */
export type FoundProblem = Omit<HealthProblem, "since">;

/** What a node's health is judged by. */
export interface HealthParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** What the work in the background could not do, in sentences. */
  readonly background: () => readonly string[];
  /** What is wrong with surfaces, in sentences. */
  readonly surfaces: () => readonly string[];
  /** Looks how much room there is; not known if left out. */
  readonly space?: (() => Promise<FolderSpace>) | undefined;
}

/** Watches a node. */
export interface HealthWatch {
  /** Starts looking. */
  start(): void;
  /** Stops. */
  stop(): void;
  /** What is wrong now, each with since when. */
  problems(): readonly HealthProblem[];
}

/**
 * Makes the watch of a node.
 *
 * @param parts What is looked at.
 * @returns The watch, not started.
 */
export function createHealthWatch(parts: HealthParts): HealthWatch {
  const { clock, replica, space } = parts;
  let known = new Map<string, number>();
  let freeBytes: number | null = null;
  let timer: Timer | undefined;
  let running = false;

  const problems = (): HealthProblem[] => {
    const now = clock.now();
    const found = [
      ...ofReplica(replica, now),
      ...ofDisk(freeBytes),
      ...parts.background().map((text) =>
        problem(
          "background",
          text,
          "See the node's log; restart it if it stays",
        )
      ),
      ...parts.surfaces().map((text) =>
        problem("surface", text, "Look at the equipment or program behind it")
      ),
    ];
    const keys = found.map(({ code, text }) => `${code} ${text}`);
    known = new Map(keys.map((key) => [key, known.get(key) ?? now]));
    return found.map((one, i) => ({
      ...one,
      since: known.get(keys[i] ?? "") ?? now,
    }));
  };

  const look = async () => {
    freeBytes = await space?.().then(
      (room) => room.freeBytes,
      () => null,
    ) ?? null;
    if (!running) return;
    problems();
    timer = clock.timer(LOOK_MS, () => void look());
  };

  return {
    start() {
      if (running) return;
      running = true;
      void look();
    },
    stop() {
      running = false;
      timer?.cancel();
    },
    problems,
  };
}

function problem(
  code: FoundProblem["code"],
  text: string,
  remedy: string,
): FoundProblem {
  return { code, text, remedy };
}

function ofReplica(replica: Replica, now: number): FoundProblem[] {
  const found: FoundProblem[] = [];
  if (replica.problem !== undefined) {
    const remedy =
      "Free some space or mend the disk: it is tried again by itself";
    found.push(problem("store", replica.problem, remedy));
  }
  if (replica.isRevoked) {
    found.push(problem(
      "revoked",
      "This node was revoked: nothing that it writes counts",
      "Ask whoever let it in; join again with a new data folder",
    ));
  }
  found.push(...certificateProblems(replica.certificate, now));
  found.push(...clockProblems(newestOwn(replica), now));
  return found;
}

/**
 * What is wrong with a certificate's time.
 *
 * @param chain The chain's bytes.
 * @param now Wall time in milliseconds.
 * @returns At most one problem.
 */
export function certificateProblems(
  chain: Uint8Array,
  now: number,
): FoundProblem[] {
  const ends = readChain(chain)?.[0]?.notAfter;
  if (ends === undefined || ends - now > CERTIFICATE_WARN_MS) return [];
  const at = new Date(ends).toISOString().slice(0, 16).replace("T", " ");
  const remedy =
    "Link the node with the one that let it in, which renews it; or give it a new invitation with --join";
  return [
    ends > now
      ? problem(
        "certificate_ending",
        `The certificate ends at ${at} UTC`,
        remedy,
      )
      : problem(
        "certificate_ended",
        `The certificate ended at ${at} UTC: others no longer take links of this node`,
        remedy,
      ),
  ];
}

/**
 * What is wrong with a clock, seen by what the node itself wrote.
 *
 * @param newest The stamp of its newest commit; undefined if it wrote none.
 * @param now Wall time in milliseconds.
 * @returns At most one problem.
 */
export function clockProblems(
  newest: Stamp | undefined,
  now: number,
): FoundProblem[] {
  if (newest === undefined) return [];
  const behindMs = stampMs(newest) - now;
  if (behindMs <= CLOCK_BEHIND_MS_MAX) return [];
  return [problem(
    "clock_behind",
    `The clock is behind what this node has written already, by more than ${
      Math.floor(behindMs / 60_000)
    } min`,
    "Set the machine's clock, and keep it by NTP",
  )];
}

/** What is wrong with the room on a disk; null where it is not known. */
export function ofDisk(freeBytes: number | null): FoundProblem[] {
  if (freeBytes === null || freeBytes >= DISK_FREE_BYTES_MIN) return [];
  return [problem(
    "disk_low",
    `The disk of the data folder has less than ${
      Math.round(DISK_FREE_BYTES_MIN / 1e6)
    } MB left`,
    "Free some space, or move the node to a larger disk",
  )];
}

function newestOwn({ register }: Replica): Stamp | undefined {
  let newest: Stamp | undefined;
  for (const { own, stamp } of register.all()) {
    if (own && (newest === undefined || stamp > newest)) newest = stamp;
  }
  return newest;
}
