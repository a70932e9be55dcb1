/**
 * One plain TCP connection to a program that is no peer: bytes in as they come, a bounded queue out, an end within a
 * bound. It owns no timer: whoever made it calls `check`.
 *
 * @module
 */

/** Bytes that are read at once, unless set otherwise. */
const READ_BYTES = 8192;
/** Most bytes that are written at once where several writes wait. */
const WRITE_BYTES = 16_384;
/** Most bytes that wait to be written, unless set otherwise; beyond, the connection ends. */
export const TCP_QUEUE_BYTES_MAX = 1024 * 1024;
/** Longest that one write may take, unless set otherwise, in milliseconds; beyond, the connection ends. */
export const TCP_DRAIN_MS_MAX = 10_000;
/** How long the other end has to close after this one has, in milliseconds. */
export const TCP_LINGER_MS = 1_000;

/** One end of a connection. */
export interface TcpAddress {
  /** An IP address; IPv6 without brackets. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
}

/** Why a connection ended: by the other end, by this one, by a failure, or because the other end does not read. */
export type TcpEnd = "ended" | "closed" | "reset" | "stuck" | "overflow";

/** Is told what happens on a connection. */
export interface TcpReader {
  /**
   * Bytes came.
   *
   * @param bytes They are valid until this returns, or until its promise settles; nothing more is read before.
   */
  chunk(bytes: Uint8Array): void | Promise<void>;
  /** The other end has sent all; it may still read until the promise settles. */
  ended?(): void | Promise<void>;
  /** Nothing waits to be written any more. */
  drained?(): void;
  /** The connection is over: nothing more is read or written. Called once. */
  closed(why: TcpEnd): void;
}

/** A connection. */
export interface TcpConnection {
  /** The other end. */
  readonly peer: TcpAddress;
  /** Bytes that wait to be written. */
  readonly pendingBytes: number;
  /** Begins to read. */
  start(reader: TcpReader): void;
  /**
   * Sends bytes with one write, or with others that wait in one: never in two.
   *
   * @param bytes They must not change afterwards.
   * @param flushed Is told once the system has them.
   * @returns False if the connection is over, or is now because too much waits.
   */
  write(bytes: Uint8Array, flushed?: () => void): boolean;
  /**
   * Sends what waits, then tells the other end that nothing more comes. It goes on reading: how the connection ends tells
   * whether the other end has read all. Whoever calls this bounds how long that may take.
   */
  endWriting(): void;
  /** Sends what waits, then closes; reads nothing more. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What a connection needs of the system's socket. */
export interface TcpSocket {
  /** Reads some bytes; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some bytes. */
  write(bytes: Uint8Array): Promise<number>;
  /** Tells the other end that nothing more comes. */
  closeWrite(): Promise<void>;
  /** Closes. */
  close(): void;
}

/** Bounds of a connection. */
export interface TcpBounds {
  /** Most bytes that wait to be written; `TCP_QUEUE_BYTES_MAX` if left out. */
  readonly queueBytesMax?: number;
  /** Longest that one write may take, in milliseconds; `TCP_DRAIN_MS_MAX` if left out. */
  readonly drainMs?: number;
  /** Bytes that are read at once, and kept for that as long as the connection lasts; 8,192 if left out. */
  readonly readBytes?: number;
}

interface Queued {
  readonly bytes: Uint8Array;
  readonly flushed: (() => void) | undefined;
}

function joined(batch: readonly Queued[]): Uint8Array {
  const [first] = batch;
  if (first !== undefined && batch.length === 1) return first.bytes;
  const length = batch.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const all = new Uint8Array(length);
  let at = 0;
  for (const { bytes } of batch) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** A connection over a socket. */
export class SocketConnection implements TcpConnection {
  readonly peer: TcpAddress;
  /** Settles once the socket is closed. */
  readonly finished: Promise<void>;
  readonly #socket: TcpSocket;
  readonly #bounds: TcpBounds;
  readonly #now: () => number;
  readonly #finish: () => void;
  readonly #queue: Queued[] = [];
  #reader: TcpReader | undefined;
  #pendingBytes = 0;
  #state: "open" | "closing" | "closed" = "open";
  #over = false;
  #finishing = false;
  /** Settles once the other end was told that nothing more comes, or cannot be. */
  readonly #endTold = Promise.withResolvers<void>();
  #writingSince: number | undefined;
  #closingSince = 0;

  /**
   * Takes over a socket.
   *
   * @param socket The socket.
   * @param peer Its other end.
   * @param options Its bounds, and monotonic time in milliseconds.
   */
  constructor(
    socket: TcpSocket,
    peer: TcpAddress,
    options: TcpBounds & { readonly now: () => number },
  ) {
    this.#socket = socket;
    this.peer = peer;
    this.#bounds = options;
    this.#now = options.now;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  start(reader: TcpReader): void {
    this.#reader = reader;
    this.#readAll(reader).catch(() => this.#destroy("reset"));
  }

  write(bytes: Uint8Array, flushed?: () => void): boolean {
    if (this.#state !== "open" || this.#finishing) return false;
    const { queueBytesMax = TCP_QUEUE_BYTES_MAX } = this.#bounds;
    if (this.#pendingBytes + bytes.length > queueBytesMax) {
      this.#destroy("overflow");
      return false;
    }
    this.#queue.push({ bytes, flushed });
    this.#pendingBytes += bytes.length;
    if (this.#writingSince === undefined) void this.#writeAll();
    return true;
  }

  endWriting(): void {
    if (this.#finishing || this.#state !== "open") return;
    this.#finishing = true;
    if (this.#writingSince === undefined) void this.#tellEnd();
  }

  close(): void {
    this.#close("closed");
  }

  destroy(): void {
    this.#destroy("closed");
  }

  /** Ends what takes too long: a write, or the other end's part in closing. Call it at least every second. */
  check(): void {
    const { drainMs = TCP_DRAIN_MS_MAX } = this.#bounds;
    const since = this.#writingSince;
    const now = this.#now();
    if (since !== undefined && now - since > drainMs) this.#destroy("stuck");
    else if (
      this.#state === "closing" && since === undefined &&
      now - this.#closingSince > TCP_LINGER_MS
    ) this.#destroy("closed");
  }

  async #readAll(reader: TcpReader): Promise<void> {
    const buffer = new Uint8Array(this.#bounds.readBytes ?? READ_BYTES);
    try {
      for (;;) {
        const length = await this.#socket.read(buffer);
        if (length === null) break;
        // After a close what still comes is dropped: unread bytes would make the system reset the connection.
        if (this.#state === "open") {
          await reader.chunk(buffer.subarray(0, length));
        }
      }
      if (this.#state === "open") await reader.ended?.();
      // Only then is it known that the other end still takes what was written.
      if (this.#finishing && this.#state === "open") {
        await this.#endTold.promise;
      }
    } catch {
      return this.#destroy("reset");
    }
    if (this.#state === "open") return this.#close("ended");
    this.#reader = undefined;
    if (this.#writingSince === undefined) this.#destroy("closed");
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = this.#takeBatch();
        const bytes = joined(batch);
        this.#writingSince = this.#now();
        for (let rest = bytes; rest.length > 0;) {
          rest = rest.subarray(await this.#socket.write(rest));
        }
        this.#pendingBytes -= bytes.length;
        for (const { flushed } of batch) {
          if (this.#state === "open") flushed?.();
        }
      }
      this.#writingSince = undefined;
      if (this.#state !== "open") await this.#closeWrite();
      else if (this.#finishing) await this.#tellEnd();
      else this.#reader?.drained?.();
    } catch {
      this.#destroy("reset");
    }
  }

  /** What waits is written together, up to a bound: nothing of it is split. */
  #takeBatch(): Queued[] {
    let [count, length] = [0, 0];
    for (const { bytes } of this.#queue) {
      if (count > 0 && length + bytes.length > WRITE_BYTES) break;
      count++;
      length += bytes.length;
    }
    return this.#queue.splice(0, count);
  }

  #close(why: TcpEnd): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#closingSince = this.#now();
    this.#tell(why);
    // Without a reader, or once the other end has closed, there is nobody to wait for.
    if (why === "ended") this.#reader = undefined;
    if (this.#writingSince === undefined) void this.#closeWrite();
  }

  /** All is written. */
  async #closeWrite(): Promise<void> {
    if (this.#state === "closed") return;
    this.#closingSince = this.#now();
    if (this.#reader === undefined) return this.#destroy("closed");
    await this.#tellEnd();
  }

  async #tellEnd(): Promise<void> {
    try {
      await this.#socket.closeWrite();
    } catch {
      this.#destroy("reset");
    }
    this.#endTold.resolve();
  }

  #destroy(why: TcpEnd): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#queue.length = 0;
    this.#pendingBytes = 0;
    try {
      this.#socket.close();
    } catch {
      // It was closed by the system.
    }
    this.#tell(why);
    this.#endTold.resolve();
    this.#finish();
  }

  #tell(why: TcpEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader?.closed(why);
  }
}
