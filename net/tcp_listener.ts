/**
 * Plain TCP towards programs that are no peers: a listener with a bound for everything, and a connection to such a
 * program. One of the places that reach for the network.
 *
 * @module
 */
import { PanalError } from "../crdt/errors.ts";
import {
  SocketConnection,
  type TcpBounds,
  type TcpConnection,
} from "./tcp_connection.ts";

/** How often connections are looked after, in milliseconds. */
const CHECK_MS = 500;
/** Wait after a connection could not be accepted, e.g. because the process has too many files open. */
const ACCEPT_PAUSE_MS = 100;
/** Longest wait of a stop for what is still written, in milliseconds. */
export const TCP_STOP_MS = 1_500;
/** Most connections of a listener, unless set otherwise. */
export const TCP_CONNECTIONS_MAX = 4_096;
/** Longest time to connect, unless set otherwise, in milliseconds. */
export const TCP_CONNECT_MS = 5_000;

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/i;

/** What is listened on, and who takes connections. */
export interface TcpListenerOptions extends TcpBounds {
  /** An IP address or name; of `127.0.0.1` and `localhost` the port is bound on `::1` too, where it can be. */
  readonly hostname: string;
  /** True binds IPv4 alone. */
  readonly ipv4Only?: boolean;
  /** 0 picks a free one. */
  readonly port: number;
  /** Certificate chain and private key in PEM form, for TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Most connections at once; `TCP_CONNECTIONS_MAX` if left out. More are closed at once. */
  readonly connectionsMax?: number;
  /** Most of one address; if left out half of them, and all of this machine's own programs. */
  readonly connectionsPerAddress?: number;
  /** Is given each connection; nothing is read before its `start`. */
  readonly accept: (connection: TcpConnection) => void;
  /** Is told of each connection that was closed because there are too many. */
  readonly refused?: () => void;
}

/** A listener that runs. */
export interface TcpListener {
  /** Where it listens, e.g. `tcp://127.0.0.1:6000`. */
  readonly url: string;
  /** The port that is bound. */
  readonly port: number;
  /** Connections now. */
  readonly connections: number;
  /** Takes no more connections and closes those that are there. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a listener.
 *
 * @param options What is listened on, and who takes connections.
 * @returns The listener; its port is bound.
 * @throws {PanalError} `config_invalid` if the address is taken, is not this machine's, or may not be bound.
 */
export function listenTcp(options: TcpListenerOptions): TcpListener {
  return new Listener(options);
}

class Listener implements TcpListener {
  readonly url: string;
  readonly port: number;
  readonly #options: TcpListenerOptions;
  readonly #listeners: (Deno.TcpListener | Deno.TlsListener)[];
  readonly #connections = new Set<SocketConnection>();
  readonly #byAddress = new Map<string, number>();
  readonly #accepting: Promise<void>[];
  readonly #checks: ReturnType<typeof setInterval>;
  #stopped: Promise<void> | undefined;

  constructor(options: TcpListenerOptions) {
    this.#options = options;
    const first = bind(options);
    this.port = (first.addr as Deno.NetAddr).port;
    this.url = `tcp://${addressText(options.hostname, this.port)}`;
    const second = options.ipv4Only === true
      ? []
      : bindLoopback6({ ...options, port: this.port });
    this.#listeners = [first, ...second];
    this.#accepting = this.#listeners.map((it) => this.#acceptAll(it));
    this.#checks = setInterval(() => {
      for (const connection of this.#connections) connection.check();
    }, CHECK_MS);
  }

  get connections(): number {
    return this.#connections.size;
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    await Promise.all(this.#accepting);
    const open = [...this.#connections];
    for (const connection of open) connection.close();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, TCP_STOP_MS);
    await Promise.race([
      Promise.all(open.map((it) => it.finished)),
      late.promise,
    ]);
    clearTimeout(timer);
    for (const connection of this.#connections) connection.destroy();
    clearInterval(this.#checks);
  }

  async #acceptAll(
    listener: Deno.TcpListener | Deno.TlsListener,
  ): Promise<void> {
    for (;;) {
      try {
        this.#accept(await listener.accept());
      } catch (error) {
        if (isClosed(error) || this.#stopped !== undefined) return;
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
  }

  #accept(socket: Deno.TcpConn | Deno.TlsConn): void {
    const { accept, refused } = this.#options;
    const { hostname } = socket.remoteAddr;
    if (!this.#hasRoom(hostname)) {
      socket.close();
      refused?.();
      return;
    }
    const connection = takeOver(socket, this.#options);
    this.#connections.add(connection);
    this.#count(hostname, 1);
    void connection.finished.then(() => {
      this.#connections.delete(connection);
      this.#count(hostname, -1);
    });
    accept(connection);
  }

  /** One machine that opens connections without end leaves room for the others. */
  #hasRoom(address: string): boolean {
    const { connectionsMax = TCP_CONNECTIONS_MAX, connectionsPerAddress } =
      this.#options;
    const most = connectionsPerAddress ??
      (LOOPBACK.test(address) ? connectionsMax : Math.ceil(connectionsMax / 2));
    return this.#stopped === undefined &&
      this.#connections.size < connectionsMax &&
      (this.#byAddress.get(address) ?? 0) < most;
  }

  #count(address: string, change: number): void {
    const now = (this.#byAddress.get(address) ?? 0) + change;
    if (now === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, now);
  }
}

function takeOver(
  socket: Deno.TcpConn | Deno.TlsConn,
  bounds: TcpBounds,
): SocketConnection {
  if ("setNoDelay" in socket) {
    // Each line is one write: waiting for more of it would only delay it.
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
  }
  const { hostname, port } = socket.remoteAddr;
  return new SocketConnection(
    socket,
    { hostname: hostname.replace(/^::ffff:/i, ""), port },
    { ...bounds, now: () => performance.now() },
  );
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

function bind(
  { hostname, port, tls }: TcpListenerOptions,
): Deno.TcpListener | Deno.TlsListener {
  try {
    return tls === undefined
      ? Deno.listen({ hostname, port })
      : Deno.listenTls({ hostname, port, ...tls });
  } catch (cause) {
    throw bindError(addressText(hostname, port), cause);
  }
}

/** `localhost` may mean `::1` to a client. Where that cannot be bound, IPv4 is enough. */
function bindLoopback6(
  options: TcpListenerOptions,
): (Deno.TcpListener | Deno.TlsListener)[] {
  const { hostname } = options;
  if (hostname !== "127.0.0.1" && hostname !== "localhost") return [];
  try {
    return [bind({ ...options, hostname: "::1" })];
  } catch {
    return [];
  }
}

/**
 * An address as people write it.
 *
 * @param hostname An IP address or name.
 * @param port The port.
 * @returns `HOST:PORT`, IPv6 in brackets.
 */
export function addressText(hostname: string, port: number): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/**
 * Why a port cannot be bound, in one line.
 *
 * @param address `HOST:PORT`.
 * @param cause What the system said.
 * @returns An error with the code `config_invalid`.
 */
export function bindError(address: string, cause: unknown): PanalError {
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  const reason = cause instanceof Deno.errors.AddrInUse || code === "EADDRINUSE"
    ? "another program listens there"
    : cause instanceof Deno.errors.AddrNotAvailable || code === "EADDRNOTAVAIL"
    ? "this machine does not have that address"
    : cause instanceof Deno.errors.PermissionDenied || code === "EACCES"
    ? "the system does not permit it"
    : cause instanceof Deno.errors.NotCapable
    ? "the program was started without permission for that address"
    : cause instanceof Error
    ? cause.message
    : String(cause);
  return new PanalError(
    "config_invalid",
    `Cannot listen on ${address}: ${reason}`,
    { cause },
  );
}

/** Where to connect. */
export interface TcpConnectOptions extends TcpBounds {
  /** An IP address or name. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal;
  /** Longest time to connect, in milliseconds; `TCP_CONNECT_MS` if left out. */
  readonly connectMs?: number;
}

/**
 * Connects to a program.
 *
 * @param options Where to connect.
 * @returns The connection; nothing is read before its `start`.
 * @throws {PanalError} `dial_failed` if nobody answers in time, or the signal is aborted.
 */
export async function connectTcp(
  options: TcpConnectOptions,
): Promise<TcpConnection> {
  const { host, port, signal, connectMs = TCP_CONNECT_MS } = options;
  const given = Promise.withResolvers<never>();
  const giveUp = () =>
    given.reject(
      new PanalError("dial_failed", "nobody answered in time"),
    );
  const timer = setTimeout(giveUp, connectMs);
  signal?.addEventListener("abort", giveUp);
  let late = false;
  try {
    if (signal?.aborted) giveUp();
    const dialing = Deno.connect({ hostname: host, port });
    dialing.then((socket) => late && socket.close(), () => {});
    const socket = await Promise.race([dialing, given.promise]);
    const connection = takeOver(socket, options);
    const checks = setInterval(() => connection.check(), CHECK_MS);
    void connection.finished.then(() => clearInterval(checks));
    return connection;
  } catch (cause) {
    late = true;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PanalError(
      "dial_failed",
      `Cannot connect to ${addressText(host, port)}: ${reason}`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}
