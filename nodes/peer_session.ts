/**
 * What this node knows of one linked peer: who it is by its certificate, how far it is in each log, and what is under
 * way between the two.
 *
 * @module
 */
import {
  allows,
  type Hash,
  type LogId,
  type Membership,
  type SpaceId,
  type Timer,
  type VectorEntry,
} from "../crdt/mod.ts";
import { encodeMessage, type Link, type Message } from "../net/mod.ts";

/** Most logs of which a peer may say that it has them. */
export const PLACES_MAX = 100_000;

/** A peer's place in a log, and since when the two differ there. */
export interface PeerPlace {
  /** The seq; 0 if it has not said that it has the log. */
  seq: number;
  /** The hash there. */
  hash: Hash;
  /** What was sent to it, confirmed or not. */
  sent: number;
  /** When both last had the same seq, in monotonic milliseconds. */
  equalAt: number;
  /** The first commit whose body it has, as far as it said so. */
  firstBody: number;
}

/** What is being sent to a peer piece by piece. */
export interface Serving {
  /** The next frame; undefined at the end. */
  readonly next: () => Uint8Array | undefined;
}

/** One linked peer. */
export class PeerSession {
  /** The link. */
  readonly link: Link;
  /** Who it is, once its certificate was accepted. */
  member: Membership | undefined;
  /** The chain that it presented. */
  chain: Uint8Array = new Uint8Array();
  /** True while it was asked for a new certificate and has not answered. */
  asksRenewal = false;
  /** Ends the link if the peer is not admitted in time. */
  admission: Timer | undefined;
  /** How far it is, by space and log. */
  readonly places = new Map<SpaceId, Map<LogId, PeerPlace>>();
  /** Logs that are being sent to it, and the next seq of each. */
  readonly serving = new Map<LogId, number>();
  /** Saved branches that are being sent to it, by log. */
  readonly parts = new Map<LogId, Serving>();
  /** Logs whose new state it is to be told. */
  readonly owed = new Map<LogId, SpaceId>();
  /** Spaces of which it was sent all entries since the last comparison. */
  readonly described = new Set<SpaceId>();
  /** Logs of which it has another continuation, and the end that was asked for. */
  readonly doubted = new Map<LogId, Hash>();
  /** Logs that it did not deliver, and until when others are preferred, in monotonic milliseconds. */
  readonly avoid = new Map<LogId, number>();
  /** Wall time when something last came from it. */
  lastSeen = 0;
  /** True once it ended. */
  ended = false;
  #placeCount = 0;

  /**
   * Begins a session.
   *
   * @param link The link.
   */
  constructor(link: Link) {
    this.link = link;
  }

  /** Sends a message, if the link is still up. */
  send(message: Message): void {
    this.sendFrame(encodeMessage(message));
  }

  /**
   * Sends a frame, if the link is still up.
   *
   * @param frame The frame.
   * @returns False if it could not be sent.
   */
  sendFrame(frame: Uint8Array): boolean {
    if (this.ended) return false;
    try {
      this.link.send(frame);
      return true;
    } catch {
      // The link has ended or ends now; `unlinked` tells the rest.
      return false;
    }
  }

  /** Whether the peer may read a space. */
  reads(space: SpaceId): boolean {
    return this.member !== undefined &&
      allows(this.member.certificate, space, "read");
  }

  /** How far the peer is in a log. */
  place(space: SpaceId, log: LogId): PeerPlace | undefined {
    return this.places.get(space)?.get(log);
  }

  /** Whether the peer has named more logs than a node follows. */
  get isCrowded(): boolean {
    return this.#placeCount > PLACES_MAX;
  }

  /** The peer says how far it is in a log. It may be less than it said before: a log that was found to be forked is cut. */
  claim(space: SpaceId, entry: VectorEntry, nowMs: number): PeerPlace {
    const place = this.#placeOf(space, entry.log, nowMs);
    // What was sent and not yet taken in is told by the next claim.
    if (entry.seq < place.seq) place.sent = entry.seq;
    place.seq = entry.seq;
    place.hash = entry.hash;
    place.sent = Math.max(place.sent, entry.seq);
    return place;
  }

  /** The peer has shown that it is at least this far in a log. */
  confirm(space: SpaceId, entry: VectorEntry, nowMs: number): PeerPlace {
    const place = this.#placeOf(space, entry.log, nowMs);
    if (entry.seq > place.seq) {
      place.seq = entry.seq;
      place.hash = entry.hash;
    }
    place.sent = Math.max(place.sent, entry.seq);
    return place;
  }

  /** A commit was sent to the peer. */
  noteSent(space: SpaceId, entry: VectorEntry, nowMs: number): void {
    this.#placeOf(space, entry.log, nowMs).sent = entry.seq;
  }

  /** The peer has named all logs of some part of a space: it has no others there. */
  keepOnly(
    space: SpaceId,
    named: ReadonlySet<LogId>,
    isPart: (log: LogId) => boolean,
  ): void {
    const logs = this.places.get(space);
    for (const log of logs?.keys() ?? []) {
      if (named.has(log) || !isPart(log)) continue;
      logs?.delete(log);
      this.#placeCount--;
    }
  }

  #placeOf(space: SpaceId, log: LogId, nowMs: number): PeerPlace {
    let logs = this.places.get(space);
    if (logs === undefined) this.places.set(space, logs = new Map());
    let place = logs.get(log);
    if (place === undefined) {
      place = { seq: 0, hash: NO_HASH, sent: 0, equalAt: nowMs, firstBody: 1 };
      logs.set(log, place);
      this.#placeCount++;
    }
    return place;
  }
}

const NO_HASH = "0".repeat(64) as Hash;
