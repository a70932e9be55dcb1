/**
 * Telling peers what is new: commits are pushed to those whose place is known to be right before them, others hear how
 * far a log is and pull. What a peer is owed is kept once for each log, so a slow one costs no memory.
 *
 * @module
 */
import type { Clock, LogId, SpaceId, Timer, VectorEntry } from "../crdt/mod.ts";
import { encodeMessage } from "../net/mod.ts";
import { ENTRIES_PER_MESSAGE } from "./limits.ts";
import { type LogEntry, shownTip } from "./log_register.ts";
import type { WrittenCommit } from "./log_writer.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Replica } from "./replica.ts";
import { readRun } from "./run_reader.ts";

/** How long changes of the vector are gathered before peers are told, in milliseconds. */
const TELL_MS = 15;
/** Commits that a peer lacks up to this number are pushed to it; more it pulls by itself. */
const PUSH_COMMITS_MAX = 8;
/** More bytes than this of others' commits are only told of: several neighbors would push the same. */
const PUSH_BYTES_MAX = 8 * 1024;

/** Frames of runs by log and place, for all peers that lack the same. Null where there is no such run. */
type RunFrames = Map<string, Uint8Array | null>;

/** What telling works with. */
export interface TellingParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Peers that are linked and admitted. */
  sessions(): readonly PeerSession[];
  /** Runs work for a peer; what fails ends its link alone. */
  guard(session: PeerSession, work: () => void): void;
}

/** Tells peers what is new. */
export class Telling {
  readonly #parts: TellingParts;
  #timer: Timer | undefined;
  #stopped = false;

  /**
   * Makes it; nothing is told before something is new.
   *
   * @param parts What it works with.
   */
  constructor(parts: TellingParts) {
    this.#parts = parts;
  }

  /** Tells nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Sends commits of this node to those whose place is right before them; others are told. */
  push(commits: readonly WrittenCommit[]): void {
    const now = this.#parts.clock.monotonic();
    for (const { entry, body } of commits) {
      const { space, name, seq, hash, signature } = entry;
      // A revoked node keeps what it observes for itself.
      if (shownTip(entry).seq < seq) continue;
      let frame: Uint8Array | undefined;
      for (const session of this.#parts.sessions()) {
        if (!session.reads(space)) continue;
        const sent = session.place(space, name)?.sent ?? 0;
        if (
          sent === seq - 1 && session.link.writable &&
          !session.serving.has(name)
        ) {
          frame ??= encodeMessage({
            kind: "commits",
            log: name,
            bodies: [body],
            head: { seq, hash, signature },
          });
          session.sendFrame(frame);
          session.noteSent(space, { log: name, seq, hash }, now);
        } else this.owe(session, name, space);
      }
    }
  }

  /** Others' commits are passed on a tick later, when their own way may have brought them already. */
  relay(entries: readonly LogEntry[]): void {
    for (const session of this.#parts.sessions()) {
      for (const entry of entries) {
        if (session.reads(entry.space)) {
          this.owe(session, entry.name, entry.space);
        }
      }
    }
  }

  /** A peer is to be told of a log. */
  owe(session: PeerSession, log: LogId, space: SpaceId): void {
    session.owed.set(log, space);
    this.schedule();
  }

  /** Tells everybody what is owed to them, a moment later. */
  schedule(): void {
    if (this.#stopped) return;
    this.#timer ??= this.#parts.clock.timer(TELL_MS, () => {
      this.#timer = undefined;
      const frames: RunFrames = new Map();
      for (const session of this.#parts.sessions()) {
        this.#parts.guard(session, () => this.#tell(session, frames));
      }
    });
  }

  /** Passes on what a peer lacks by little, and says where this node is in all other logs that moved. */
  #tell(session: PeerSession, frames: RunFrames): void {
    // A slow peer is sent nothing more; what it is owed is kept, once for each log.
    if (!session.link.writable) return;
    const bySpace = new Map<SpaceId, VectorEntry[]>();
    for (const [log, space] of session.owed) {
      const entry = this.#parts.replica.register.byName(log);
      const shown = entry === undefined ? undefined : shownTip(entry);
      if (entry === undefined || shown === undefined || shown.seq === 0) {
        continue;
      }
      if (this.#passOn(session, entry, frames)) continue;
      const list = bySpace.get(space) ?? [];
      list.push({ log, ...shown });
      bySpace.set(space, list);
    }
    session.owed.clear();
    for (const [space, entries] of bySpace) {
      for (let i = 0; i < entries.length; i += ENTRIES_PER_MESSAGE) {
        session.send({
          kind: "delta",
          space,
          entries: entries.slice(i, i + ENTRIES_PER_MESSAGE),
        });
      }
    }
  }

  #passOn(
    session: PeerSession,
    entry: LogEntry,
    frames: RunFrames,
  ): boolean {
    const { space, name } = entry;
    const { seq, hash } = shownTip(entry);
    const place = session.place(space, name);
    if (place === undefined || place.sent !== place.seq) return false;
    const lacks = seq - place.sent;
    if (lacks <= 0 || lacks > PUSH_COMMITS_MAX) return false;
    if (!session.link.writable || session.serving.has(name)) return false;
    const key = `${name} ${seq - lacks}`;
    let frame = frames.get(key);
    if (frame === undefined) {
      const run = readRun(this.#parts.replica, entry, seq - lacks + 1);
      frame = run?.head.seq === seq ? encodeMessage(run) : null;
      frames.set(key, frame);
    }
    if (frame === null || frame.length > PUSH_BYTES_MAX) return false;
    if (!session.sendFrame(frame)) return false;
    session.noteSent(
      space,
      { log: name, seq, hash },
      this.#parts.clock.monotonic(),
    );
    return true;
  }
}
