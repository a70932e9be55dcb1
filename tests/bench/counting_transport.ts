/**
 * A transport that counts what goes through another one, can follow which frame causes which, and can refuse to dial.
 *
 * @module
 */
import { PanalError, type PeerId } from "../../crdt/mod.ts";
import {
  decodeMessage,
  type Link,
  type Transport,
  type TransportEvents,
} from "../../net/mod.ts";

/** A frame that was sent. */
export interface SentFrame {
  /** Who sent it. */
  readonly from: PeerId;
  /** The kind of its message. */
  readonly kind: string;
  readonly bytes: number;
  /** 1 for a frame that no other one caused, else one more than the frame in whose handling it was sent. */
  readonly depth: number;
}

/** Follows the frames of one link between two peers of this process. */
export class FrameTrace {
  readonly frames: SentFrame[] = [];
  /** Depths of frames on their way, by sender; a link keeps their order. */
  readonly #underWay = new Map<PeerId, number[]>();
  readonly #handling = new Map<PeerId, number>();

  /** A peer sends a frame. */
  sent(from: PeerId, frame: Uint8Array): void {
    const depth = (this.#handling.get(from) ?? 0) + 1;
    const kind = decodeMessage(frame)?.kind ?? "unknown";
    this.frames.push({ from, kind, bytes: frame.length, depth });
    const queue = this.#underWay.get(from) ?? [];
    queue.push(depth);
    this.#underWay.set(from, queue);
  }

  /** A peer handles the next frame of the other one. */
  handle<T>(at: PeerId, from: PeerId, work: () => T): T {
    this.#handling.set(at, this.#underWay.get(from)?.shift() ?? 0);
    try {
      return work();
    } finally {
      this.#handling.delete(at);
    }
  }
}

/** What a transport sent. */
export interface SentCounts {
  frames: number;
  bytes: number;
}

/** How a counting transport behaves. */
export interface CountingOptions {
  /** Follows its frames; both ends of the link share one. */
  readonly trace?: FrameTrace;
  /** True to never dial, whatever the node wants. */
  readonly refusesToDial?: boolean;
}

/**
 * Counts what a transport sends.
 *
 * @param inner The transport.
 * @param options What else it does.
 * @returns A transport like it, and its counts so far.
 */
export function countSent(
  inner: Transport,
  options: CountingOptions = {},
): { transport: Transport; counts: SentCounts } {
  const { trace } = options;
  const counts: SentCounts = { frames: 0, bytes: 0 };
  const outer = new WeakMap<Link, Link>();
  const wrap = (link: Link): Link => {
    const known = outer.get(link);
    if (known !== undefined) return known;
    const wrapped: Link = {
      peer: link.peer,
      address: link.address,
      outbound: link.outbound,
      get pendingBytes() {
        return link.pendingBytes;
      },
      get writable() {
        return link.writable;
      },
      send(frame) {
        counts.frames++;
        counts.bytes += frame.length;
        trace?.sent(inner.peer, frame);
        link.send(frame);
      },
      close: (reason) => link.close(reason),
    };
    outer.set(link, wrapped);
    return wrapped;
  };
  const wrapEvents = (events: TransportEvents): TransportEvents => ({
    linked: (link) => events.linked(wrap(link)),
    received: (link, frame) => {
      const receive = () => events.received(wrap(link), frame);
      return trace === undefined
        ? receive()
        : trace.handle(inner.peer, link.peer, receive);
    },
    drained: (link) => events.drained(wrap(link)),
    unlinked: (link, reason) => events.unlinked(wrap(link), reason),
    discovered: (addresses) => events.discovered(addresses),
  });
  const dial: Transport["dial"] = options.refusesToDial === true
    ? (address) =>
      Promise.reject(
        new PanalError("dial_failed", `Does not dial ${address}`),
      )
    : (address, dialing) => inner.dial(address, dialing);
  return {
    counts,
    transport: {
      peer: inner.peer,
      start: (events) => inner.start(wrapEvents(events)),
      stop: () => inner.stop(),
      addresses: () => inner.addresses(),
      dial,
    },
  };
}
