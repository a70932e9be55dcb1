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

/** A peer's place in a log, and since when the two differ there. */
export interface PeerPlace {
  /** The seq. */
  seq: number;
  /** The hash there. */
  hash: Hash;
  /** What was sent to it and is not confirmed yet. */
  sent: number;
  /** When both last had the same seq, in monotonic milliseconds. */
  equalAt: number;
}

/** One linked peer. */
export class PeerSession {
  /** The link. */
  readonly link: Link;
  /** Who it is, once its certificate was accepted. */
  member: Membership | undefined;
  /** Ends the link if the peer is not admitted in time. */
  admission: Timer | undefined;
  /** How far it is, by space and log. */
  readonly places = new Map<SpaceId, Map<LogId, PeerPlace>>();
  /** Logs that are being sent to it, and the next seq of each. */
  readonly serving = new Map<LogId, number>();
  /** Saved branches that are being sent to it. */
  readonly parts: { readonly next: () => Uint8Array | undefined }[] = [];
  /** Logs whose new state it is to be told. */
  readonly owed = new Map<LogId, SpaceId>();
  /** Spaces of which it was sent all entries since the last contact. */
  readonly described = new Set<SpaceId>();
  /** Runs of it that are being taken in, by log: the next seq that is expected. */
  readonly taking = new Map<LogId, number>();
  /** Wall time when something last came from it. */
  lastSeen = 0;
  /** True once it ended. */
  ended = false;

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

  /** Sends a frame, if the link is still up. */
  sendFrame(frame: Uint8Array): void {
    if (this.ended) return;
    try {
      this.link.send(frame);
    } catch {
      // The link has ended or ends now; `unlinked` tells the rest.
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

  /** Notes how far the peer is in a log; it never goes back. */
  note(space: SpaceId, entry: VectorEntry, now: number): PeerPlace {
    let logs = this.places.get(space);
    if (logs === undefined) this.places.set(space, logs = new Map());
    const place = logs.get(entry.log);
    if (place === undefined) {
      const fresh = {
        seq: entry.seq,
        hash: entry.hash,
        sent: entry.seq,
        equalAt: now,
      };
      logs.set(entry.log, fresh);
      return fresh;
    }
    if (entry.seq >= place.seq) {
      place.seq = entry.seq;
      place.hash = entry.hash;
    }
    place.sent = Math.max(place.sent, entry.seq);
    return place;
  }
}
