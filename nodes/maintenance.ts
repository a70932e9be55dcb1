/**
 * Work in the background, in small steps between requests: sealing and packing journal pages, saving other branches,
 * writing checkpoints, dropping bodies that retention allows to go.
 *
 * @module
 */
import {
  type Atom,
  type Clock,
  closeBranch,
  decodeCommit,
  type Fact,
  journalName,
  ok,
  PAGE_ENTRIES,
  pageOf,
  PanalError,
  readAtoms,
  type Reader,
  saveBranch,
  sha256,
  stampMs,
  type Timer,
  toHex,
} from "../crdt/mod.ts";
import type { Incidents } from "./incidents.ts";
import { branchState, LANDMARK_CHECKPOINT } from "./log_store.ts";
import type { LogEntry } from "./log_register.ts";
import {
  BRANCH_CHANGES_KEPT,
  CHECKPOINT_COMMITS,
  MAINTENANCE_PAUSE_MS,
  RETENTION_DAYS,
} from "./limits.ts";
import { readBranch } from "./read_branch.ts";
import {
  BLOCK_COMMITS,
  firstOfPage,
  INLINE_SEALER,
  type PageSealer,
} from "./page_sealer.ts";
import { isStoreError, type Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { type StockChanges, StockTally } from "./stock_tally.ts";
import {
  BLOCKS,
  BRANCH_CHANGES,
  BRANCHES,
  COMMITS,
  LANDMARKS,
  SAVED_BRANCHES,
} from "./tables.ts";
import type { InvariantCounter } from "./use_cases/invariants.ts";

/** Work in the background. */
export interface Maintenance {
  /** Starts looking for work. */
  start(): void;
  /** Stops; a step that runs is finished. */
  stop(): void;
  /** Does one step now. Returns false if there was nothing to do. */
  step(): Promise<boolean>;
  /** What is wrong with the node, in sentences. */
  problems(): string[];
}

/** What maintenance works with. */
export interface MaintenanceParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** What a person should look at. */
  readonly incidents: Incidents;
  /** Counts of invariants. */
  readonly invariants: InvariantCounter;
  /** Seals pages; in the node's own thread if left out. */
  readonly sealer?: PageSealer;
  /** How long bodies are kept, in days. */
  readonly retentionDays?: number;
  /** Commits between two checkpoints. */
  readonly checkpointCommits?: number;
}

const IDLE_PAUSE_MS = 2000;
/** Where nothing is old enough to be dropped, it is looked for again only after this long, in milliseconds. */
const RETAIN_PAUSE_MS = 60_000;
const RETENTION_BLOCKS = 64;
const DAY_MS = 86_400_000;
/** Above so many facts written or commits taken a second, pages are left open. */
const BUSY_PER_SECOND = 1000;
/** A log with so many open pages is sealed however busy the node is: at 64 groups a page is some 10 MB. */
const OPEN_PAGES_MAX = 32;

/**
 * Makes the maintenance of a node.
 *
 * @param parts What it works with.
 * @returns The maintenance, not started.
 */
export function createMaintenance(parts: MaintenanceParts): Maintenance {
  const { replica, clock, logger, incidents, invariants } = parts;
  const sealer = parts.sealer ?? INLINE_SEALER;
  const sealed = new Map<number, number>();
  const dirty = new Set<string>();
  const failed = new Set<string>();
  let timer: Timer | undefined;
  let running = false;
  /** What the store refused, by step. */
  const storeProblems = new Map<string, string>();

  /** The first page of a log whose commits are not packed yet. */
  const firstOpenPage = (entry: LogEntry): number => {
    const known = sealed.get(entry.number);
    if (known !== undefined) return known;
    // Below the first body only landmarks are kept, whose pages were sealed before their bodies were dropped.
    const [row] = replica.reader.scan(COMMITS, {
      prefix: [entry.number],
      from: [entry.firstBody],
      limit: 1,
    });
    const page = row === undefined
      ? pageOf(entry.seq + 1)
      : pageOf(Number(row["seq"]));
    sealed.set(entry.number, page);
    return page;
  };

  const seen = new Map<number, number>();
  const load = { count: 0, sinceMs: clock.monotonic() };

  /** Whether the node records or takes in so much that work which nobody waits for would hold it up. */
  const isBusy = (): boolean => {
    const now = clock.monotonic();
    const perSecond = load.count * 1000 / Math.max(1, now - load.sinceMs);
    load.count = 0;
    load.sinceMs = now;
    return perSecond > BUSY_PER_SECOND;
  };

  /** The log that has most pages to seal, and how many. */
  const longestBacklog = (): { entry: LogEntry; pages: number } | undefined => {
    let longest: { entry: LogEntry; pages: number } | undefined;
    for (const entry of replica.register.all()) {
      const pages = pageOf(entry.seq + 1) - firstOpenPage(entry);
      if (pages > (longest?.pages ?? 0)) longest = { entry, pages };
    }
    return longest;
  };

  const sealNext = async (): Promise<boolean> => {
    const backlog = longestBacklog();
    const busy = isBusy();
    if (backlog === undefined) return false;
    if (busy && backlog.pages < OPEN_PAGES_MAX) return false;
    await seal(backlog.entry, firstOpenPage(backlog.entry));
    return true;
  };

  /** Only what is whole is saved: a page whose first bodies retention has dropped was saved before. */
  const seal = async (entry: LogEntry, page: number) => {
    const doc = journalName(entry.name, page);
    const start = firstOfPage(page);
    const first = Math.max(
      start,
      Math.min(entry.firstBody, start + PAGE_ENTRIES),
    );
    const bodies = replica.archive.bodies(entry.number, {
      from: first,
      to: start + PAGE_ENTRIES - 1,
      bytesMax: Infinity,
    });
    if (bodies.length === 0) {
      sealed.set(entry.number, page + 1);
      return;
    }
    const { saved, blocks } = await sealer.seal({
      log: entry.name,
      doc,
      head: branchState(replica.reader, entry.number, doc)?.head,
      first,
      bodies,
    });
    const last = decodeCommit(bodies.at(-1) ?? new Uint8Array());
    replica.transact((writer) => {
      const body = replica.archive.body(entry.number, last?.commit.seq ?? 0);
      // A fork may have cut the log meanwhile: the next step looks again.
      if (
        body === undefined || last === undefined ||
        toHex(sha256(body)) !== last.hash
      ) return;
      const state = branchState(writer, entry.number, doc);
      const right = saved?.state.head === state?.head;
      invariants.checked(3);
      if (saved !== undefined && right && first === start) {
        const { bytes, state: { changes } } = saved;
        writer.put(SAVED_BRANCHES, { log: entry.number, doc, changes, bytes });
      }
      if (right && first === start) {
        replica.archive.putBlocks(writer, entry.number, blocks);
      }
      sealed.set(entry.number, page + 1);
      if (right || first !== start) return;
      invariants.violated(3);
      throw new PanalError(
        "data_folder_damaged",
        `The page ${doc} is not as its log left it`,
      );
    });
  };

  const saveDirty = (): boolean => {
    const [place] = dirty;
    if (place === undefined) return false;
    dirty.delete(place);
    const [log = "", doc = ""] = place.split(" ");
    const entry = replica.register.byNumber(Number(log));
    if (entry === undefined) return true;
    replica.transact((writer) => {
      const branch = readBranch(writer, replica.archive, { log: entry, doc });
      const { changes } = branch.state;
      writer.put(SAVED_BRANCHES, {
        log: entry.number,
        doc,
        changes,
        bytes: saveBranch(branch),
      });
      closeBranch(branch);
      for (
        const row of writer.scan(BRANCH_CHANGES, {
          prefix: [entry.number, doc],
          below: [changes + 1],
        })
      ) {
        writer.delete(BRANCH_CHANGES, [
          entry.number,
          doc,
          row["change"] ?? null,
        ]);
      }
    });
    return true;
  };

  const noteDirty = (entry: LogEntry) => {
    for (
      const row of replica.reader.scan(BRANCHES, { prefix: [entry.number] })
    ) {
      const doc = String(row["doc"]);
      if (doc.startsWith("journal/")) continue;
      const saved = replica.reader.get(SAVED_BRANCHES, [entry.number, doc]);
      if (
        Number(row["changes"]) - Number(saved?.["changes"] ?? 0) >=
          BRANCH_CHANGES_KEPT
      ) {
        dirty.add(`${entry.number} ${doc}`);
      }
    }
  };

  const tally = new StockTally((log) =>
    Number(lastCheckpoint(log)?.["seq"] ?? 1)
  );

  /** The facts of a stored commit of an own log. */
  const readFacts = (log: number, seq: number): Fact[] => {
    const entry = replica.register.byNumber(log);
    const encoded = replica.archive.commit(log, seq);
    return entry === undefined || encoded === undefined
      ? []
      : replica.archive.placedFacts(entry, encoded).map(({ fact }) => fact);
  };

  const checkpoint = async (): Promise<boolean> => {
    for (const entry of replica.register.all()) {
      if (!entry.own || !isDue(entry)) continue;
      const { number, seq } = entry;
      const ready = tally.catchUp(number, seq, (at) => readFacts(number, at));
      if (ready) await writeCheckpoint(entry);
      return true;
    }
    return false;
  };

  const writeCheckpoint = async (entry: LogEntry) => {
    const { number, space } = entry;
    let taken: StockChanges | undefined;
    try {
      const written = await replica.decide((context) => {
        const own = replica.register.own(space);
        if (own?.number !== number) return ok(false);
        taken = tally.take(number, own.seq + 1);
        if (taken === undefined) return ok(false);
        const stock = stockAtoms(context.writer, entry, taken);
        context.checkpoint(space, stock);
        return ok(true);
      });
      if (written.ok && written.value) noteDirty(entry);
    } catch (error) {
      if (taken !== undefined) tally.putBack(number, taken);
      throw error;
    }
  };

  const lastCheckpoint = (log: number) =>
    replica.reader.scan(LANDMARKS, { prefix: [log], reverse: true })
      .find((row) => row["kind"] === LANDMARK_CHECKPOINT);

  const isDue = (entry: LogEntry): boolean => {
    const last = lastCheckpoint(entry.number);
    const seq = Number(last?.["seq"] ?? 0);
    const since = entry.seq - seq;
    if (since === 0 || (since === 1 && seq === 0)) return false;
    if (since >= (parts.checkpointCommits ?? CHECKPOINT_COMMITS)) return true;
    const from = last === undefined ? firstStampMs(entry) : Number(last["at"]);
    return from !== undefined &&
      Math.floor(clock.now() / DAY_MS) > Math.floor(from / DAY_MS);
  };

  const firstStampMs = (entry: LogEntry): number | undefined => {
    const stamp = replica.archive.commit(entry.number, 1)?.commit.stamp;
    return stamp === undefined ? undefined : stampMs(stamp);
  };

  /** What a checkpoint writes: the branches' sums by month with the changes since the last one added. */
  const stockAtoms = (
    reader: Reader,
    log: LogEntry,
    changes: StockChanges,
  ): Map<string, Atom[]> => {
    const atoms = new Map<string, Atom[]>();
    for (const [doc, byProduct] of changes) {
      const before = new Map<string, number>();
      if (branchState(reader, log.number, doc) !== undefined) {
        const branch = readBranch(reader, replica.archive, { log, doc });
        for (
          const [name, text] of readAtoms(branch, { overwrites: true }) ?? []
        ) before.set(name, Number(text));
        closeBranch(branch);
      }
      // Automerge leaves out what changes nothing, and refuses a change of nothing.
      const changed = [...byProduct].filter(([, change]) => change !== 0);
      if (changed.length === 0) continue;
      atoms.set(
        doc,
        changed.map(([product, change]): Atom => {
          const key = `${product}/${log.name}`;
          return [key, String((before.get(key) ?? 0) + change)];
        }),
      );
    }
    return atoms;
  };

  let lookedAt = -Infinity;

  const retain = (): boolean => {
    // Wall time decides what is old, and may be set anew.
    if (Math.abs(clock.now() - lookedAt) < RETAIN_PAUSE_MS) return false;
    const days = parts.retentionDays ?? RETENTION_DAYS;
    const before = clock.now() - days * DAY_MS;
    for (const entry of replica.register.all()) {
      const covered = replica.reader.scan(LANDMARKS, {
        prefix: [entry.number],
        reverse: true,
      })
        .find((row) =>
          row["kind"] === LANDMARK_CHECKPOINT && Number(row["at"]) <= before
        );
      if (covered !== undefined && dropBodies(entry, Number(covered["seq"]))) {
        return true;
      }
    }
    lookedAt = clock.now();
    return false;
  };

  /** Drops packed bodies below a checkpoint, except those of landmarks. */
  const dropBodies = (entry: LogEntry, checkpointSeq: number): boolean => {
    const blocks = replica.reader.scan(BLOCKS, {
      prefix: [entry.number],
      below: [checkpointSeq - BLOCK_COMMITS + 1],
      limit: RETENTION_BLOCKS,
    });
    const last = blocks.at(-1);
    if (last === undefined) return false;
    const end = Number(last["first"]) + BLOCK_COMMITS;
    replica.transact((writer, _rows, stage) => {
      for (const block of blocks) {
        const first = Number(block["first"]);
        for (
          const row of writer.scan(LANDMARKS, {
            prefix: [entry.number],
            from: [first],
            below: [first + BLOCK_COMMITS],
          })
        ) {
          const seq = Number(row["seq"]);
          const body = replica.archive.body(entry.number, seq);
          if (body !== undefined) {
            writer.put(COMMITS, { log: entry.number, seq, body });
          }
        }
        writer.delete(BLOCKS, [entry.number, first]);
      }
      const current = replica.register.byNumber(entry.number) ?? entry;
      const next = { ...current, firstBody: Math.max(current.firstBody, end) };
      replica.writeEntry(writer, next, current);
      stage(next);
    });
    sealed.set(
      entry.number,
      Math.max(sealed.get(entry.number) ?? 0, pageOf(end)),
    );
    replica.archive.clear();
    return true;
  };

  const guarded = async (
    name: string,
    work: () => boolean | Promise<boolean>,
  ): Promise<boolean> => {
    if (failed.has(name)) return false;
    try {
      const done = await work();
      storeProblems.delete(name);
      return done;
    } catch (error) {
      const store = isStoreError(error);
      logger.log("error", "Maintenance failed", {
        step: name,
        error: String(error),
      });
      if (store) storeProblems.set(name, (error as Error).message);
      else {
        failed.add(name);
        incidents.report(
          "maintenance_failed",
          `${name} failed and is not tried again before a restart`,
          {
            step: name,
            error: String(error),
          },
        );
      }
      return false;
    }
  };

  const step = async (): Promise<boolean> =>
    await guarded("sealing pages", sealNext) ||
    await guarded("saving branches", saveDirty) ||
    await guarded("writing checkpoints", checkpoint) ||
    await guarded("retention", retain);

  const schedule = (delay: number) => {
    if (!running) return;
    timer = clock.timer(delay, () => {
      step().then((worked) => {
        schedule(worked ? MAINTENANCE_PAUSE_MS : IDLE_PAUSE_MS);
      }, () => schedule(IDLE_PAUSE_MS));
    });
  };

  replica.listen({
    written: (commits) => {
      for (const { entry, facts } of commits) {
        tally.note(entry.number, entry.seq, facts);
        load.count += facts.length;
      }
    },
    taken: (entries) => {
      for (const { number, seq } of entries) {
        load.count += Math.max(0, seq - (seen.get(number) ?? seq - 1));
        seen.set(number, seq);
      }
    },
    changed: () => {},
    incident: () => {},
  });

  return {
    start() {
      if (running) return;
      running = true;
      schedule(MAINTENANCE_PAUSE_MS);
    },
    stop() {
      running = false;
      timer?.cancel();
      sealer.stop();
    },
    step,
    problems: () => [...new Set(storeProblems.values())],
  };
}
