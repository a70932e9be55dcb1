/**
 * A plain TCP client that sends exactly what it is told to, and keeps apart what each read brought: a monitor written for
 * one test.
 *
 * @module
 */
import { fail } from "node:assert/strict";
import { bytesOf, showBytes } from "./recording_points.ts";

/** Longest wait for something that must come, in milliseconds. */
const DEADLINE_MS = 10_000;

/** A connection to a central. */
export class RawMonitor implements Disposable {
  /** What each read brought, with the monotonic time at which it came. */
  readonly reads: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly #socket: Deno.TcpConn;
  #ended = false;
  #seen = 0;
  #wake = Promise.withResolvers<void>();

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  /** Connects. */
  static async connect(port: number): Promise<RawMonitor> {
    return new RawMonitor(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends texts, numbers as single bytes, and bytes, with one write. */
  async send(...parts: readonly (string | number | Uint8Array)[]) {
    let rest = bytesOf(parts);
    while (rest.length > 0) {
      rest = rest.subarray(await this.#socket.write(rest));
    }
  }

  /** Sends nothing more; still reads. */
  async endWrite(): Promise<void> {
    await this.#socket.closeWrite();
  }

  /** What the next read brings; undefined at the end. Control bytes stand as `<06>`. */
  async read(): Promise<string | undefined> {
    this.#begin();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake.resolve();
    }, DEADLINE_MS);
    while (this.reads.length === this.#seen && !this.#ended && !isLate) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    clearTimeout(timer);
    if (isLate) fail("Nothing came in time");
    const read = this.reads[this.#seen];
    if (read === undefined) return undefined;
    this.#seen++;
    return showBytes(read.bytes);
  }

  /** All that comes until the connection ends. */
  async rest(): Promise<string> {
    let text = "";
    for (let read; (read = await this.read()) !== undefined;) text += read;
    return text;
  }

  /** What comes until a text is there; fails at the end. */
  async until(text: string): Promise<string> {
    let all = "";
    while (!all.includes(text)) {
      const read = await this.read();
      if (read === undefined) fail(`It ended before ${text}: ${all}`);
      all += read;
    }
    return all;
  }

  /** What came within so many milliseconds and was not read yet. */
  async within(ms: number): Promise<string> {
    this.#begin();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const reads = this.reads.slice(this.#seen);
    this.#seen = this.reads.length;
    return reads.map(({ bytes }) => showBytes(bytes)).join("");
  }

  /** Whether the other end has closed. */
  get ended(): boolean {
    this.#begin();
    return this.#ended;
  }

  /** Closes at once. */
  close(): void {
    try {
      this.#socket.close();
    } catch {
      // It is closed already.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #isReading = false;

  /** A monitor that is never asked what it read never reads. */
  #begin(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#readAll();
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(4_096);
    for (;;) {
      const length = await this.#socket.read(buffer).catch(() => null);
      if (length === null) break;
      const bytes = buffer.slice(0, length);
      this.reads.push({ at: performance.now(), bytes });
      this.#wake.resolve();
    }
    this.#ended = true;
    this.#wake.resolve();
  }
}
