/**
 * One libp2p connection as a carrier of frames. A link has a connection of its own, so that ending the one ends the
 * other and nothing is left behind.
 *
 * libp2p keeps no message boundaries and its read side does not push back (`onDrain` works once, `for await` reads
 * ahead, `pause` resets the stream): bytes are taken as they come and the credit of the link bounds them.
 *
 * @module
 */
import type { Connection, Stream } from "@libp2p/interface";
import { PanalError } from "../crdt/errors.ts";
import type { FramePort } from "./credit_link.ts";
import {
  createFrameReader,
  creditFrame,
  dataHeader,
  type WireFrame,
} from "./frame.ts";
import { FRAME_BYTES_MAX, LINK_WINDOW_BYTES } from "./limits.ts";

/** Frames of at least this many bytes are written as they are; shorter ones of one tick are joined into one write. */
const JOIN_BYTES_MAX = 64 * 1024;
/** How long a connection may take to send what it still holds when it is closed, in milliseconds. */
const CLOSE_MS_MAX = 500;
/**
 * The most that libp2p may hold for a peer that does not read: what the window lets through, and acknowledgements.
 */
const WRITE_BUFFER_BYTES_MAX = 2 * (FRAME_BYTES_MAX + LINK_WINDOW_BYTES);

/** Who gets what arrives on a pipe. */
export interface PipeReceiver {
  /** A frame arrived. */
  frame(frame: WireFrame): void;
  /** The pipe has ended by itself; called at most once, and not after `close`. */
  ended(reason: string): void;
}

/** Frames over one libp2p stream. */
export class Libp2pPipe implements FramePort {
  /** Who gets what arrives; may be replaced between two frames. */
  receiver: PipeReceiver;
  readonly #stream: Stream;
  readonly #connection: Connection;
  #endReason: string | undefined;
  #shut: Promise<void> | undefined;
  #parts: Uint8Array[] = [];
  #partBytes = 0;

  /**
   * Takes over a stream; it reads from this moment on.
   *
   * @param stream A stream that nobody has read from.
   * @param connection The stream's connection.
   * @param receiver Who gets what arrives.
   */
  constructor(stream: Stream, connection: Connection, receiver: PipeReceiver) {
    this.#stream = stream;
    this.#connection = connection;
    this.receiver = receiver;
    stream.maxWriteBufferLength = WRITE_BUFFER_BYTES_MAX;
    const reader = createFrameReader();
    stream.addEventListener("message", (event) => {
      const data = event.data;
      const chunks = data instanceof Uint8Array ? [data] : data;
      for (const chunk of chunks) {
        if (this.ended) return;
        const read = reader.push(chunk);
        if (!read.ok) return this.#fail(`protocol violation: ${read.error}`);
        for (const frame of read.value) {
          if (this.ended) return;
          this.receiver.frame(frame);
        }
      }
    });
    stream.addEventListener(
      "remoteCloseWrite",
      () => this.#fail("closed by the other end"),
    );
    stream.addEventListener("close", (event) => {
      this.#fail(event.error?.message ?? "closed by the other end");
    });
    if (stream.status !== "open" || stream.remoteWriteStatus === "closed") {
      this.#fail("closed by the other end");
    }
  }

  /** True once the pipe was closed or has ended. */
  get ended(): boolean {
    return this.#endReason !== undefined;
  }

  /** Resolves when the connection is closed; never rejects. Resolved at once while the pipe is open. */
  get shut(): Promise<void> {
    return this.#shut ?? Promise.resolve();
  }

  data(frame: Uint8Array): void {
    this.#join(dataHeader(frame.length));
    if (frame.length < JOIN_BYTES_MAX) this.#join(frame);
    else {
      this.#flush();
      this.#write(frame);
    }
  }

  credit(bytes: number): void {
    this.#join(creditFrame(bytes));
  }

  close(reason: string): void {
    this.#flush();
    if (this.ended) return;
    this.#endReason = reason;
    this.#shut = this.#shutConnection(reason);
  }

  #fail(reason: string): void {
    if (this.ended) return;
    this.#endReason = reason;
    // What is still to be sent would reach nobody; a graceful close would wait for it in vain.
    this.#abort(reason);
    this.receiver.ended(reason);
  }

  #join(part: Uint8Array): void {
    // A microtask is late enough to catch what the same event sends, and early enough to cost no latency.
    if (this.#parts.length === 0) queueMicrotask(() => this.#flush());
    this.#parts.push(part);
    this.#partBytes += part.length;
    if (this.#partBytes >= JOIN_BYTES_MAX) this.#flush();
  }

  #flush(): void {
    if (this.#parts.length === 0) return;
    const joined = new Uint8Array(this.#partBytes);
    let at = 0;
    for (const part of this.#parts) {
      joined.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#partBytes = 0;
    this.#write(joined);
  }

  #write(bytes: Uint8Array): void {
    if (this.ended) return;
    try {
      // False means that libp2p queues it; the window bounds how much.
      this.#stream.send(bytes);
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause.message : String(cause));
    }
  }

  async #shutConnection(reason: string): Promise<void> {
    const late = new AbortController();
    const giveUp = () => late.abort();
    const timer = setTimeout(giveUp, CLOSE_MS_MAX);
    // Where the other end closes meanwhile, libp2p would wait on.
    this.#connection.addEventListener("close", giveUp);
    try {
      await this.#connection.close({ signal: late.signal });
    } catch (cause) {
      this.#abort(reason, cause);
    } finally {
      clearTimeout(timer);
      this.#connection.removeEventListener("close", giveUp);
    }
  }

  #abort(reason: string, cause?: unknown): void {
    this.#connection.abort(new PanalError("link_closed", reason, { cause }));
  }
}
