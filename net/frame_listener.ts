/**
 * Connections on which frames are exchanged, with a handshake line before them where a link has one: those that are taken
 * and those that are made. One of the places that reach for the network: it owns the deadlines of what is read.
 *
 * @module
 */
import {
  createFleetFrameSplitter,
  FLEET_PAYLOAD_BYTES_MAX,
  type FleetFrame,
  type FleetFrameSplitter,
} from "./legacy/fleet_frames.ts";
import {
  createHandshakeReader,
  FLEET_HANDSHAKE_MS,
} from "./legacy/fleet_handshake.ts";
import type { TcpAddress, TcpConnection, TcpEnd } from "./tcp_connection.ts";
import {
  connectTcp,
  listenTcp,
  type TcpConnectOptions,
  type TcpListener,
  type TcpListenerOptions,
} from "./tcp_listener.ts";

/**
 * How long a frame may take from its first byte to its last, in milliseconds: programs write one at once. Between frames a
 * link may be silent for days.
 */
export const FLEET_FRAME_MS = 30_000;

/**
 * Why a link ended. Besides what ends a connection: a frame that is longer than it may be, a handshake that is, or one
 * that did not come, and something that was expected and did not come in time.
 */
export type FrameLinkEnd = TcpEnd | "oversize" | "bad_handshake" | "late";

/** Is told what happens on a link. */
export interface FrameLinkReader {
  /**
   * The first line came. If this is left out, frames begin at once.
   *
   * @param line Without its end.
   */
  handshake?(line: string): void | Promise<void>;
  /**
   * A frame came. Frames are given one after another: none before the last one's promise has settled, and until then
   * nothing is read, not even that the other end is gone.
   *
   * @param frame Its payload is valid until this returns, or until its promise settles.
   */
  frame(frame: FleetFrame): void | Promise<void>;
  /** The other end has sent all; it may still read until the promise settles, then the link ends. */
  ended?(): void | Promise<void>;
  /** The link is over. Called once. */
  closed(why: FrameLinkEnd): void;
}

/** How a link reads. */
export interface FrameLinkOptions {
  /** Most bytes of a payload; `FLEET_PAYLOAD_BYTES_MAX` if left out. */
  readonly payloadBytesMax?: number;
  /** How long the handshake may take, in milliseconds; `FLEET_HANDSHAKE_MS` if left out. */
  readonly handshakeMs?: number;
  /** How long a frame may take once it has begun, in milliseconds; `FLEET_FRAME_MS` if left out. */
  readonly frameMs?: number;
}

/** A link. */
export interface FrameLink {
  /** The other end. */
  readonly peer: TcpAddress;
  /** Bytes that wait to be written. */
  readonly pendingBytes: number;
  /** True if the beginning of a frame has come, and not its end. */
  readonly inFrame: boolean;
  /** Begins to read. */
  start(reader: FrameLinkReader): void;
  /**
   * Sends a frame, or a handshake line, with one write; in the order of the calls.
   *
   * @param bytes They must not change afterwards.
   * @param flushed Is told once the system has them.
   * @returns False if the link is over, or is now because too much waits.
   */
  send(bytes: Uint8Array, flushed?: () => void): boolean;
  /**
   * Ends the link with `late` unless a frame is whole within this time.
   *
   * @param ms Milliseconds from now; 0 takes it back.
   */
  expect(ms: number): void;
  /**
   * Sends what waits, tells the other end that nothing more comes, and waits for it to close. What it still sends is
   * dropped. The link ends with `ended` if it closed properly, with `reset` if it did not read all, with `late` if it did
   * neither in time.
   *
   * @param lingerMs How long it may take, in milliseconds.
   */
  finish(lingerMs: number): void;
  /** Sends what waits, then tells the other end that nothing more comes; goes on reading. */
  endWriting(): void;
  /** Sends what waits, then closes; reads nothing more. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What is listened on, and who takes links. */
export interface FrameListenerOptions
  extends Omit<TcpListenerOptions, "accept">, FrameLinkOptions {
  /** Is given each link; nothing is read before its `start`. */
  readonly accept: (link: FrameLink) => void;
}

/**
 * Starts a listener. The installed programs know IPv4 alone, so `127.0.0.1` and `localhost` are bound there alone.
 *
 * @param options What is listened on, and who takes links.
 * @returns The listener; its port is bound.
 * @throws {PanalError} `config_invalid` if the address is taken, is not this machine's, or may not be bound.
 */
export function listenFrames(options: FrameListenerOptions): TcpListener {
  const { hostname } = options;
  return listenTcp({
    ipv4Only: true,
    ...options,
    // A system may mean ::1 by it.
    hostname: hostname === "localhost" ? "127.0.0.1" : hostname,
    accept: (connection) => options.accept(new Link(connection, options)),
  });
}

/**
 * Connects to a program.
 *
 * @param options Where to connect, and how the link reads.
 * @returns The link; nothing is read before its `start`.
 * @throws {PanalError} `dial_failed` if nobody answers in time, or the signal is aborted.
 */
export async function connectFrames(
  options: TcpConnectOptions & FrameLinkOptions,
): Promise<FrameLink> {
  return new Link(await connectTcp(options), options);
}

class Link implements FrameLink {
  readonly #connection: TcpConnection;
  readonly #options: FrameLinkOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs while a frame has begun and is not whole. */
  #frameTimer: ReturnType<typeof setTimeout> | undefined;
  /** Why this side ended it, if it did. */
  #why: FrameLinkEnd | undefined;
  #finishing = false;
  #splitter: FleetFrameSplitter | undefined;

  constructor(connection: TcpConnection, options: FrameLinkOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get peer(): TcpAddress {
    return this.#connection.peer;
  }

  get pendingBytes(): number {
    return this.#connection.pendingBytes;
  }

  get inFrame(): boolean {
    return this.#splitter?.inFrame === true;
  }

  start(reader: FrameLinkReader): void {
    const { payloadBytesMax = FLEET_PAYLOAD_BYTES_MAX, handshakeMs } =
      this.#options;
    const frames: FleetFrame[] = [];
    const splitter = createFleetFrameSplitter(payloadBytesMax);
    this.#splitter = splitter;
    const readFrames = (bytes: Uint8Array): void | Promise<void> => {
      const fits = splitter.push(bytes, (frame) => void frames.push(frame));
      if (frames.length > 0) this.#endFrame();
      const given = this.#give(reader, frames.splice(0));
      // While a frame is seen to nothing is read: the next one's time begins afterwards.
      const goOn = () => fits ? this.#watchFrame() : this.#end("oversize");
      return given === undefined ? goOn() : given.then(goOn);
    };
    let read = readFrames;
    if (reader.handshake !== undefined) {
      this.expect(handshakeMs ?? FLEET_HANDSHAKE_MS);
      const lines = createHandshakeReader();
      read = async (bytes) => {
        const step = lines.push(bytes);
        if (step.kind === "too_long") return this.#end("bad_handshake");
        if (step.kind === "waiting") return;
        read = readFrames;
        this.expect(0);
        await reader.handshake?.(step.line);
        await read(step.rest);
      };
    }
    this.#connection.start({
      chunk: (bytes) => this.#isReading() ? read(bytes) : undefined,
      ended: () => this.#finishing ? undefined : reader.ended?.(),
      closed: (why) => {
        this.expect(0);
        this.#endFrame();
        reader.closed(this.#why ?? why);
      },
    });
  }

  send(bytes: Uint8Array, flushed?: () => void): boolean {
    return this.#connection.write(bytes, flushed);
  }

  expect(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ms > 0) this.#timer = setTimeout(() => this.#expire(), ms);
  }

  finish(lingerMs: number): void {
    this.#finishing = true;
    this.#endFrame();
    this.#connection.endWriting();
    this.expect(lingerMs);
  }

  endWriting(): void {
    this.#connection.endWriting();
  }

  close(): void {
    this.#why ??= "closed";
    this.#connection.close();
  }

  destroy(): void {
    this.#why ??= "closed";
    this.#connection.destroy();
  }

  #isReading(): boolean {
    return this.#why === undefined && !this.#finishing;
  }

  /** Whoever waits for a frame, and gets one, does not wait any more. */
  #give(
    reader: FrameLinkReader,
    frames: readonly FleetFrame[],
  ): void | Promise<void> {
    for (const [i, frame] of frames.entries()) {
      if (!this.#isReading()) return;
      this.expect(0);
      const given = reader.frame(frame);
      if (given !== undefined) {
        return given.then(() => this.#give(reader, frames.slice(i + 1)));
      }
    }
  }

  #watchFrame(): void {
    if (!this.inFrame || !this.#isReading()) return;
    const { frameMs = FLEET_FRAME_MS } = this.#options;
    this.#frameTimer ??= setTimeout(() => this.#expire(), frameMs);
  }

  #endFrame(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
  }

  #expire(): void {
    this.#why ??= "late";
    this.#connection.destroy();
  }

  /** What was sent before still goes out, and what still comes is dropped. */
  #end(why: FrameLinkEnd): void {
    this.#why ??= why;
    this.#connection.close();
  }
}
