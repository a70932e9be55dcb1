/**
 * Transports and a record of what they tell, for tests.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../crdt/clock.ts";
import { peerIdOf } from "../../crdt/ids.ts";
import type { PeerId } from "../../crdt/ids.ts";
import { createSeededRandom } from "../../crdt/random.ts";
import { createLibp2pTransport } from "../../net/libp2p_transport.ts";
import type { Link, Transport, TransportEvents } from "../../net/transport.ts";

/** What a recorded transport was told. */
export interface Recorded extends TransportEvents {
  /** What happened, in order: `linked <peer>`, `unlinked <peer>`, `drained <peer>`. */
  readonly log: string[];
  /** Links that are up, by peer. */
  readonly links: Map<PeerId, Link>;
  /** Frames that arrived, in order. */
  readonly frames: Uint8Array[];
  /** The reasons of ended links. */
  readonly reasons: string[];
  /** Takes the place of the answer to `received`; frames are recorded all the same. */
  onReceived: (link: Link, frame: Uint8Array) => void | Promise<void>;
  /** Called after each event. */
  onEvent: () => void;
  /**
   * Waits until something holds, looked at after each event.
   *
   * @param holds What to wait for.
   */
  until(holds: () => boolean): Promise<void>;
}

/**
 * Makes a record of events.
 *
 * @returns The record, to be given to `start`.
 */
export function record(): Recorded {
  let watchers: (() => void)[] = [];
  const tell = () => {
    recorded.onEvent();
    for (const watcher of watchers) watcher();
  };
  const recorded: Recorded = {
    log: [],
    links: new Map(),
    frames: [],
    reasons: [],
    onReceived: () => {},
    onEvent: () => {},
    linked(link) {
      recorded.log.push(`linked ${link.peer}`);
      recorded.links.set(link.peer, link);
      tell();
    },
    received(link, frame) {
      recorded.frames.push(frame);
      const answer = recorded.onReceived(link, frame);
      tell();
      return answer;
    },
    drained(link) {
      recorded.log.push(`drained ${link.peer}`);
      tell();
    },
    unlinked(link, reason) {
      recorded.log.push(`unlinked ${link.peer}`);
      recorded.reasons.push(reason);
      if (recorded.links.get(link.peer) === link) {
        recorded.links.delete(link.peer);
      }
      tell();
    },
    discovered() {},
    until(holds) {
      if (holds()) return Promise.resolve();
      return new Promise((resolve) => {
        const watcher = () => {
          if (!holds()) return;
          watchers = watchers.filter((one) => one !== watcher);
          resolve();
        };
        watchers.push(watcher);
      });
    },
  };
  return recorded;
}

/**
 * The link to a peer.
 *
 * @param recorded Where to look.
 * @param peer Whose link.
 * @returns The link that is up.
 */
export function linkTo(recorded: Recorded, peer: PeerId): Link {
  const link = recorded.links.get(peer);
  if (link === undefined) throw new Error(`no link to ${peer} is up`);
  return link;
}

/** A signal that never gives up. */
export const patient = { signal: new AbortController().signal };

/**
 * Lets what is on the way through sockets arrive.
 *
 * @param turns How often.
 */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await setImmediate();
}

/**
 * A libp2p transport on the loopback interface.
 *
 * @param seed 0 to 255; the same seed makes the same key.
 * @param clock Its clock.
 * @param listen Where to listen.
 */
export function loopbackTransport(
  seed: number,
  clock: Clock,
  listen: readonly string[] = ["/ip4/127.0.0.1/tcp/0"],
): Promise<Transport> {
  return createLibp2pTransport({
    privateKeySeed: new Uint8Array(32).fill(seed),
    listen,
    mdns: false,
    meshName: "test",
    clock,
    random: createSeededRandom(seed),
  });
}

/**
 * A peer id made of a number.
 *
 * @param n 0 to 255.
 */
export function fakePeer(n: number): PeerId {
  return peerIdOf(new Uint8Array(32).fill(n));
}
