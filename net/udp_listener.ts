/**
 * Plain UDP: datagrams in, and out only where somebody asks for it. One of the places that reach for the network.
 *
 * @module
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { addressText, bindError } from "./tcp_listener.ts";

/** Most datagrams that are looked at in a second, unless set otherwise; more are dropped. */
export const DATAGRAMS_PER_SECOND_MAX = 20_000;

/** What is listened on, and who takes datagrams. */
export interface UdpListenerOptions {
  /** An IP address; of `127.0.0.1` and `localhost` the port is bound on `::1` too, where it can be. */
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Most datagrams in a second; `DATAGRAMS_PER_SECOND_MAX` if left out. */
  readonly perSecondMax?: number;
  /** True binds IPv4 alone. */
  readonly ipv4Only?: boolean;
  /** Is given each datagram, valid during the call, and the address and port that it says it comes from. */
  readonly datagram: (
    bytes: Uint8Array,
    hostname: string,
    port: number,
  ) => void;
  /** Is told of each datagram that was dropped because there are too many. */
  readonly dropped?: () => void;
}

/** A listener that runs. */
export interface UdpListener {
  /** Where it listens, e.g. `udp://127.0.0.1:6001`. */
  readonly url: string;
  /** The port that is bound. */
  readonly port: number;
  /**
   * Sends a datagram from the bound address; nobody is told if it is lost.
   *
   * @param bytes What to send.
   * @param to An IP address of the same family, and a port.
   */
  send(
    bytes: Uint8Array,
    to: { readonly hostname: string; readonly port: number },
  ): void;
  /** Takes no more datagrams. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a listener.
 *
 * @param options What is listened on, and who takes datagrams.
 * @returns The listener, once its port is bound.
 * @throws {PanalError} `config_invalid` if the address is taken, is not this machine's, or may not be bound.
 */
export async function listenUdp(
  options: UdpListenerOptions,
): Promise<UdpListener> {
  const { hostname, port } = options;
  const address = hostname === "localhost" ? "127.0.0.1" : hostname;
  const first = await bind(address, port).catch((cause) => {
    throw bindError(addressText(hostname, port), cause);
  });
  const bound = first.address().port;
  const sockets = [first];
  if (address === "127.0.0.1" && options.ipv4Only !== true) {
    const second = await bind("::1", bound).catch(() => undefined);
    if (second !== undefined) sockets.push(second);
  }
  const meter = createMeter(options.perSecondMax ?? DATAGRAMS_PER_SECOND_MAX);
  for (const socket of sockets) {
    socket.on("message", (bytes: Uint8Array, from: RemoteInfo) => {
      if (!meter()) return options.dropped?.();
      const from4 = from.address.replace(/^::ffff:/i, "");
      options.datagram(bytes, from4, from.port);
    });
    // A datagram that could not be received is lost, as any may be.
    socket.on("error", () => {});
  }
  let stopped: Promise<void> | undefined;
  return {
    url: `udp://${addressText(hostname, bound)}`,
    port: bound,
    send(bytes, to) {
      if (stopped === undefined) first.send(bytes, to.port, to.hostname);
    },
    stop: () => stopped ??= Promise.all(sockets.map(close)).then(() => {}),
  };
}

/** Says yes at most so many times in each second. */
function createMeter(perSecondMax: number): () => boolean {
  let second = -1;
  let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      second = now;
      count = 0;
    }
    count++;
    return count <= perSecondMax;
  };
}

function bind(address: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.once("error", (error: unknown) => {
    socket.close();
    reject(error);
  });
  socket.bind({ address, port, exclusive: true }, () => {
    socket.removeAllListeners("error");
    resolve(socket);
  });
  return promise;
}

function close(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.close(() => resolve());
  return promise;
}
