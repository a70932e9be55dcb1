/**
 * The Transport interface: framed, ordered, back-pressured links between peers whose identity is proven. Who may talk
 * and what is said is decided above it.
 *
 * @module
 */
import type { PeerId } from "../crdt/ids.ts";

/** One long-lived connection to one peer. There is at most one link per pair of peers that is offered to the node. */
export interface Link {
  /** The other peer; its key was proven by the handshake. */
  readonly peer: PeerId;
  /** The other end's address, as text. */
  readonly address: string;
  /** True if this node dialed. */
  readonly outbound: boolean;
  /** Bytes that are queued or sent and not yet consumed by the other node. */
  readonly pendingBytes: number;
  /** True while less than the link's window (`LINK_WINDOW_BYTES`) is pending: when to send more bulk data. */
  readonly writable: boolean;
  /**
   * Queues one frame. Frames arrive whole, in order, once, or the link ends.
   *
   * @param frame 1 to `FRAME_BYTES_MAX` bytes; not changed afterwards.
   * @throws {PanalError} `link_closed`, `frame_too_large`, or `link_overflow` when more than `LINK_QUEUE_BYTES_MAX`
   * would be pending (the link is then closed too: the other end stalls).
   */
  send(frame: Uint8Array): void;
  /**
   * Ends the link.
   *
   * @param reason Why, for the log.
   */
  close(reason: string): void;
}

/** What a transport tells the node above it. Handlers must not throw. */
export interface TransportEvents {
  /** A link is up. If one with the same peer was up, its `unlinked` came first. */
  linked(link: Link): void;
  /**
   * A frame arrived. Its bytes count against the sender's window until the returned promise settles; so a handler
   * that falls behind slows that sender alone.
   */
  received(link: Link, frame: Uint8Array): void | Promise<void>;
  /** The link's pending bytes fell below its window again. */
  drained(link: Link): void;
  /** The link has ended. */
  unlinked(link: Link, reason: string): void;
  /** The local network showed addresses of a peer that may be of the same mesh (mDNS). */
  discovered(addresses: readonly string[]): void;
}

/** Listens, dials and carries frames. */
export interface Transport {
  /** This node's own id. */
  readonly peer: PeerId;
  /**
   * Starts listening.
   *
   * @param events Where to tell what happens.
   */
  start(events: TransportEvents): Promise<void>;
  /** Ends all links and listeners; a second call does nothing. */
  stop(): Promise<void>;
  /** The addresses that others can dial, ending in `/p2p/<peer id>`. */
  addresses(): readonly string[];
  /**
   * Connects to a peer; `linked` is called before the promise resolves. If a link with that peer is up already, it
   * resolves at once.
   *
   * @param address A multiaddr; one without `/p2p/…` takes whoever answers.
   * @param options A signal that gives up.
   * @throws {PanalError} `dial_failed`.
   */
  dial(
    address: string,
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
}
