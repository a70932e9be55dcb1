/**
 * Links over libp2p: TCP, Noise, Yamux, one protocol, one connection for each link.
 *
 * A link is made in three steps, so that two peers which dial each other at once end with one link and nobody sees a
 * second one come and go: the dialer opens a stream, the other end accepts with a sign of life, the dialer confirms
 * with another. Each side keeps to these rules, for each peer:
 *
 * - It opens a stream only when no stream of the peer is accepted and unconfirmed.
 * - With a stream of its own open, it accepts the peer's at once if the peer has the smaller id, and otherwise after
 *   its own has come to nothing. So of two crossing streams the one of the smaller id wins.
 * - It confirms only if no link with the peer is up. A confirmed stream replaces a link that is still up here: the peer
 *   has lost it.
 *
 * @module
 */
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { Clock, Timer } from "../crdt/clock.ts";
import { PanalError } from "../crdt/errors.ts";
import { type PeerId, publicKeyOf } from "../crdt/ids.ts";
import type { Random } from "../crdt/random.ts";
import { CreditLink } from "./credit_link.ts";
import { createLibp2pNode } from "./libp2p_node.ts";
import { Libp2pPipe } from "./libp2p_pipe.ts";
import { DIAL_MS_MAX, LINKS_MAX } from "./limits.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** The protocol that carries a link. */
export const LINK_PROTOCOL = "/panal/link/1.0.0";
/** `stop` waits this long for the links to say farewell, then this long for libp2p, in milliseconds. */
const STOP_STEP_MS_MAX = 800;

/** What a libp2p transport is made of. */
export interface Libp2pTransportInit {
  /** 32 bytes from which the Ed25519 key, and so the peer id, is made. */
  readonly privateKeySeed: Uint8Array;
  /** Multiaddrs to listen on, such as `/ip4/0.0.0.0/tcp/0`; none to dial only. */
  readonly listen: readonly string[];
  /** True to be found, and to find others of the same mesh, on the local network. */
  readonly mdns: boolean;
  /** Names the mesh for mDNS; only its hash is shown. */
  readonly meshName: string;
  /** Measures the limits; sockets close by the machine's clock. */
  readonly clock: Clock;
  /** Names this node's mDNS answers. */
  readonly random: Random;
}

/**
 * Makes a transport that has not started.
 *
 * A process that has listened with libp2p does not end by itself after `stop`: the program must exit.
 *
 * @param init Its settings.
 * @returns The transport.
 * @throws {PanalError} `config_invalid` if an address to listen on has no meaning.
 */
export async function createLibp2pTransport(
  init: Libp2pTransportInit,
): Promise<Transport> {
  for (const address of init.listen) checkListenAddress(address);
  let told: TransportEvents | undefined;
  const node = await createLibp2pNode({
    ...init,
    discovered: init.mdns
      ? (addresses) => told?.discovered(addresses)
      : undefined,
  });
  return new Libp2pTransport(node, init, (events) => told = events);
}

interface Target {
  readonly address: string;
  readonly multiaddr: Multiaddr;
  readonly peer: PeerId | undefined;
}

class Libp2pTransport implements Transport {
  readonly peer: PeerId;
  readonly #node: Libp2p;
  readonly #clock: Clock;
  readonly #listen: readonly string[];
  readonly #tell: (events: TransportEvents | undefined) => void;
  readonly #stopping = new AbortController();
  #events: TransportEvents | undefined;
  #stopped: Promise<void> | undefined;
  readonly #up = new Map<PeerId, CreditLink>();
  /** By peer, or by address where the peer is unknown: settles when the dial is over; never rejects. */
  readonly #dials = new Map<string, Promise<void>>();
  /** A stream of ours that is not confirmed yet, by peer; never rejects. */
  readonly #opening = new Map<PeerId, Promise<void>>();
  /** A stream of the peer's that we accepted and it has not confirmed yet; never rejects. */
  readonly #accepted = new Map<PeerId, Promise<void>>();
  /** Connections that carry no link yet, by id: closed when they stay without. */
  readonly #bare = new Map<string, Timer>();
  readonly #pipes = new Set<Libp2pPipe>();
  /** Connections that carry a link, or did: their pipes close them. */
  readonly #carriers = new WeakSet<Connection>();

  constructor(
    node: Libp2p,
    init: Libp2pTransportInit,
    tell: (events: TransportEvents | undefined) => void,
  ) {
    this.#node = node;
    this.#clock = init.clock;
    this.#listen = init.listen;
    this.#tell = tell;
    this.peer = node.peerId.toString() as PeerId;
  }

  async start(events: TransportEvents): Promise<void> {
    this.#events = events;
    this.#tell(events);
    this.#node.addEventListener("connection:open", (event) => {
      this.#watchBare(event.detail);
    });
    this.#node.addEventListener("connection:close", (event) => {
      this.#unwatchBare(event.detail);
    });
    await this.#node.handle(
      LINK_PROTOCOL,
      (stream, connection) => void this.#accept(stream, connection),
    );
    try {
      await this.#node.start();
    } catch (cause) {
      await this.#node.stop();
      throw listenError(this.#listen, cause);
    }
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#shutDown();
  }

  addresses(): readonly string[] {
    return this.#node.getMultiaddrs().map((address) => address.toString());
  }

  async dial(
    address: string,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    const target = parseTarget(address);
    if (target.peer === this.peer) {
      throw dialError(address, "that is this node itself");
    }
    const key = target.peer ?? address;
    for (;;) {
      if (target.peer !== undefined && this.#up.has(target.peer)) return;
      const other = this.#dials.get(key);
      if (other === undefined) break;
      await settledOrAborted(other, options.signal);
      if (options.signal.aborted) throw dialError(address, "given up");
    }
    const attempt = this.#dialOnce(target, options.signal);
    this.#dials.set(key, attempt.then(ignore, ignore));
    try {
      await attempt;
    } finally {
      this.#dials.delete(key);
    }
  }

  async #dialOnce(target: Target, signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    const timer = this.#clock.timer(DIAL_MS_MAX, () => late.abort());
    const any = AbortSignal.any([signal, late.signal, this.#stopping.signal]);
    try {
      any.throwIfAborted();
      // A connection that exists may be half dead; a link has one of its own.
      const connection = await this.#node.dial(target.multiaddr, {
        signal: any,
        force: true,
      });
      await this.#link(connection, any);
    } catch (cause) {
      if (target.peer !== undefined && this.#up.has(target.peer)) return;
      const why = this.#stopping.signal.aborted
        ? "the node is stopping"
        : signal.aborted
        ? "given up"
        : late.signal.aborted
        ? `no answer within ${DIAL_MS_MAX} ms`
        : messageOf(cause);
      throw dialError(target.address, why, cause);
    } finally {
      timer.cancel();
    }
  }

  /** Makes a link of a new connection of ours, unless one with that peer is up. */
  async #link(connection: Connection, signal: AbortSignal): Promise<void> {
    const peer = peerOf(connection);
    try {
      for (;;) {
        if (this.#up.has(peer)) return;
        const other = this.#accepted.get(peer) ?? this.#opening.get(peer);
        if (other === undefined) break;
        await settledOrAborted(other, signal);
        signal.throwIfAborted();
      }
      const opened = this.#open(connection, peer, signal);
      const settled = opened.then(ignore, ignore);
      this.#opening.set(peer, settled);
      try {
        await opened;
      } finally {
        this.#opening.delete(peer);
      }
      // Refused in favor of the peer's own stream, whose confirmation is on its way.
      await this.#accepted.get(peer);
      if (!this.#carriers.has(connection) && !this.#up.has(peer)) {
        throw new PanalError("link_closed", "the other end refused the link");
      }
    } finally {
      if (!this.#carriers.has(connection)) this.#drop(connection);
    }
  }

  async #open(
    connection: Connection,
    peer: PeerId,
    signal: AbortSignal,
  ): Promise<void> {
    const stream = await connection.newStream(LINK_PROTOCOL, { signal });
    const pipe = this.#pipe(stream, connection);
    await signOfLife(pipe, signal, () => {
      if (this.#up.has(peer)) pipe.close("a link is up already");
      else {
        pipe.credit(0);
        this.#announce(pipe, connection, true);
      }
    });
  }

  async #accept(stream: Stream, connection: Connection): Promise<void> {
    const pipe = this.#pipe(stream, connection);
    if (!isEd25519(connection)) return pipe.close("its key is not Ed25519");
    const peer = peerOf(connection);
    const ours = this.#opening.get(peer);
    if (ours !== undefined && this.peer < peer) {
      await ours;
      if (this.#up.has(peer)) return pipe.close("a link is up already");
    }
    if (!this.#up.has(peer) && this.#up.size >= LINKS_MAX) {
      return pipe.close("too many links");
    }
    if (pipe.ended || this.#stopping.signal.aborted) {
      return pipe.close("the node is stopping");
    }
    const late = new AbortController();
    const timer = this.#clock.timer(DIAL_MS_MAX, () => late.abort());
    const given = AbortSignal.any([late.signal, this.#stopping.signal]);
    pipe.credit(0);
    const confirmed = signOfLife(pipe, given, () => {
      this.#up.get(peer)?.end("replaced by a newer link");
      this.#announce(pipe, connection, false);
    });
    this.#accepted.set(peer, confirmed);
    await confirmed;
    timer.cancel();
    if (this.#accepted.get(peer) === confirmed) this.#accepted.delete(peer);
  }

  #pipe(stream: Stream, connection: Connection): Libp2pPipe {
    this.#unwatchBare(connection);
    const pipe: Libp2pPipe = new Libp2pPipe(stream, connection, {
      frame: () => pipe.close("protocol violation: not accepted yet"),
      ended: ignore,
    });
    this.#pipes.add(pipe);
    connection.addEventListener("close", () => this.#pipes.delete(pipe));
    return pipe;
  }

  #announce(
    pipe: Libp2pPipe,
    connection: Connection,
    outbound: boolean,
  ): void {
    const events = this.#events;
    if (events === undefined || this.#stopping.signal.aborted) {
      return pipe.close("the node is stopping");
    }
    const link: CreditLink = new CreditLink({
      peer: peerOf(connection),
      address: connection.remoteAddr.toString(),
      outbound,
      clock: this.#clock,
      port: pipe,
      events: {
        received: (link, frame) => events.received(link, frame),
        drained: (link) => events.drained(link),
        unlinked: (_, reason) => {
          if (this.#up.get(link.peer) === link) this.#up.delete(link.peer);
          events.unlinked(link, reason);
        },
      },
    });
    pipe.receiver = {
      frame: (frame) => {
        if (frame.kind === "data") link.takeData(frame.body);
        else link.takeCredit(frame.bytes);
      },
      ended: (reason) => link.end(reason),
    };
    this.#carriers.add(connection);
    this.#up.set(link.peer, link);
    link.start();
    events.linked(link);
  }

  #watchBare(connection: Connection): void {
    this.#bare.set(
      connection.id,
      this.#clock.timer(DIAL_MS_MAX, () => this.#drop(connection)),
    );
  }

  #unwatchBare(connection: Connection): void {
    this.#bare.get(connection.id)?.cancel();
    this.#bare.delete(connection.id);
  }

  #drop(connection: Connection): void {
    this.#unwatchBare(connection);
    connection.abort(
      new PanalError("link_closed", "The connection carries no link"),
    );
  }

  async #shutDown(): Promise<void> {
    this.#stopping.abort();
    for (const link of [...this.#up.values()]) link.end("the node is stopping");
    const pipes = [...this.#pipes];
    for (const pipe of pipes) pipe.close("the node is stopping");
    await within(STOP_STEP_MS_MAX, Promise.all(pipes.map((pipe) => pipe.shut)));
    for (const connection of this.#node.getConnections()) {
      this.#drop(connection);
    }
    await within(STOP_STEP_MS_MAX, Promise.resolve(this.#node.stop()));
    for (const timer of this.#bare.values()) timer.cancel();
    this.#bare.clear();
    this.#tell(undefined);
  }
}

/** Waits for the other end's first sign of life; `ready` runs before anything that follows it is read. */
function signOfLife(
  pipe: Libp2pPipe,
  signal: AbortSignal,
  ready: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = () => {
      pipe.close("the other end did not answer");
      finish();
    };
    const finish = () => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    };
    if (pipe.ended) return finish();
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp);
    pipe.receiver = {
      frame: (frame) => {
        if (frame.kind === "credit" && frame.bytes === 0) ready();
        else pipe.close("protocol violation: no link is up yet");
        finish();
      },
      ended: finish,
    };
  });
}

function checkListenAddress(address: string): void {
  try {
    multiaddr(address);
  } catch (cause) {
    throw new PanalError(
      "config_invalid",
      `Cannot listen on "${address}": it is no multiaddr such as /ip4/0.0.0.0/tcp/0`,
      { cause },
    );
  }
}

function parseTarget(address: string): Target {
  try {
    const parsed = multiaddr(address);
    const peer = parsed.getComponents().findLast((part) => part.name === "p2p");
    return {
      address,
      multiaddr: parsed,
      peer: peer?.value as PeerId | undefined,
    };
  } catch (cause) {
    throw dialError(address, "it is no multiaddr", cause);
  }
}

function peerOf(connection: Connection): PeerId {
  return connection.remotePeer.toString() as PeerId;
}

function isEd25519(connection: Connection): boolean {
  try {
    publicKeyOf(connection.remotePeer.toString());
    return true;
  } catch {
    return false;
  }
}

function dialError(address: string, why: string, cause?: unknown): PanalError {
  return new PanalError("dial_failed", `Cannot dial ${address}: ${why}`, {
    cause,
  });
}

function listenError(listen: readonly string[], cause: unknown): PanalError {
  const text = messageOf(cause);
  const why = /EADDRINUSE|AddrInUse|address already in use/i.test(text)
    ? "the port is taken"
    : /EADDRNOTAVAIL|AddrNotAvailable/i.test(text)
    ? "this machine does not have that address"
    : /EACCES|PermissionDenied|permission/i.test(text)
    ? "it is not permitted"
    : text.split("\n", 1)[0] ?? text;
  return new PanalError(
    "config_invalid",
    `Cannot listen on ${listen.join(", ")}: ${why}`,
    { cause },
  );
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError) return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}

function ignore(): void {}

/** Waits for a promise that never rejects, or for the signal. */
function settledOrAborted(
  settled: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      signal.removeEventListener("abort", finish);
      resolve();
    };
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", finish);
    void settled.then(finish);
  });
}

/** Waits for a promise at most so long; what it rejects with does not matter. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([promise.then(ignore, ignore), late]);
  clearTimeout(timer);
}
