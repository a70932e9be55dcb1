/**
 * Which log is being fetched from which peer. Each log is fetched from one peer at a time; a fetch that makes no
 * progress for a while is given to another peer.
 *
 * @module
 */
import type { LogId } from "../crdt/mod.ts";
import type { PeerSession } from "./peer_session.ts";

/** A fetch without progress for this long is given to another peer, in milliseconds. */
export const PULL_MS_MAX = 10_000;
/** A peer whose fetch made no progress is asked for that log again only after this long, if others have it. */
export const PULL_AVOID_MS = 60_000;
/** Most logs that are fetched from one peer at once. */
export const PULLS_PER_PEER_MAX = 64;

interface Pull {
  readonly session: PeerSession;
  /** What the peer was known to have when it was asked: it sends at least that, and perhaps no more. */
  readonly seq: number;
  progressMs: number;
}

/** The fetches under way. */
export class Pulls {
  readonly #byLog = new Map<LogId, Pull>();
  readonly #counts = new Map<PeerSession, number>();

  /** How many logs are being fetched. */
  get size(): number {
    return this.#byLog.size;
  }

  /** Whether more logs may be fetched from a peer. */
  hasRoom(session: PeerSession): boolean {
    return (this.#counts.get(session) ?? 0) < PULLS_PER_PEER_MAX;
  }

  /**
   * Whether a log is being fetched and makes progress. One that makes none is ended, and its peer noted as slow.
   *
   * @param log The log.
   * @param nowMs Monotonic milliseconds.
   */
  isRunning(log: LogId, nowMs: number): boolean {
    const pull = this.#byLog.get(log);
    if (pull === undefined) return false;
    if (nowMs - pull.progressMs < PULL_MS_MAX) return true;
    pull.session.avoid.set(log, nowMs + PULL_AVOID_MS);
    this.end(log);
    return false;
  }

  /** Whether anything is being fetched from a peer. */
  runFrom(session: PeerSession): boolean {
    return this.#counts.has(session);
  }

  /** Whom a log is being fetched from. */
  sourceOf(log: LogId): PeerSession | undefined {
    return this.#byLog.get(log)?.session;
  }

  /** Whether a peer has sent what it was asked for, now that a log is here up to a seq. */
  isDone(log: LogId, session: PeerSession, seq: number): boolean {
    const pull = this.#byLog.get(log);
    return pull?.session === session && seq >= pull.seq;
  }

  /** Notes that a log is asked for, which the peer has up to a seq. */
  start(
    { log, seq }: { readonly log: LogId; readonly seq: number },
    session: PeerSession,
    nowMs: number,
  ): void {
    this.end(log);
    this.#byLog.set(log, { session, seq, progressMs: nowMs });
    this.#counts.set(session, (this.#counts.get(session) ?? 0) + 1);
  }

  /** Notes that something of a log came from a peer. */
  progress(log: LogId, session: PeerSession, nowMs: number): void {
    const pull = this.#byLog.get(log);
    if (pull?.session === session) pull.progressMs = nowMs;
  }

  /** Forgets a fetch. */
  end(log: LogId): void {
    const pull = this.#byLog.get(log);
    if (pull === undefined) return;
    this.#byLog.delete(log);
    const left = (this.#counts.get(pull.session) ?? 1) - 1;
    if (left === 0) this.#counts.delete(pull.session);
    else this.#counts.set(pull.session, left);
  }

  /**
   * Forgets all fetches from a peer.
   *
   * @param session The peer.
   * @returns True if there were any.
   */
  endAll(session: PeerSession): boolean {
    const logs = [...this.#byLog].filter(([, pull]) =>
      pull.session === session
    );
    for (const [log] of logs) this.end(log);
    return logs.length > 0;
  }
}
