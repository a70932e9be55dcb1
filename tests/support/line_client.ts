/**
 * A plain TCP client that speaks in lines, as a scripted program does: what it sends is exactly what it is told to.
 *
 * @module
 */
import { fail } from "node:assert/strict";

/** Longest wait for something that must come, in milliseconds. */
const DEADLINE_MS = 10_000;
const encoder = new TextEncoder();

/** The loopback addresses of this machine; some have no IPv6. */
export const LOOPBACKS: readonly string[] = ["127.0.0.1", "::1"].filter(
  (hostname) => {
    try {
      Deno.listen({ hostname, port: 0 }).close();
      return true;
    } catch {
      return false;
    }
  },
);

/** A connection to a listener of this machine. */
export class LineClient implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #decoder = new TextDecoder();
  #text = "";
  #ended = false;
  #reading: Promise<void> | undefined;
  #deadlines = new Set<ReturnType<typeof setTimeout>>();

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  /** Connects. */
  static async connect(
    port: number,
    hostname = "127.0.0.1",
  ): Promise<LineClient> {
    return new LineClient(await Deno.connect({ hostname, port }));
  }

  /** Sends bytes or text as they are. */
  async raw(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? encoder.encode(data) : data;
    while (rest.length > 0) {
      rest = rest.subarray(await this.#socket.write(rest));
    }
  }

  /** Sends objects, each as a line. */
  async send(...messages: readonly unknown[]): Promise<void> {
    await this.raw(messages.map((it) => `${JSON.stringify(it)}\n`).join(""));
  }

  /** Sends nothing more; still reads. */
  async endWrite(): Promise<void> {
    await this.#socket.closeWrite();
  }

  /** The next line's text; undefined at the end. */
  async text(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended) {
        if (this.#text !== "") fail(`An unterminated line: ${this.#text}`);
        return undefined;
      }
      await this.#read();
    }
  }

  /** The next line as JSON; fails at the end. */
  // deno-lint-ignore no-explicit-any -- a test looks into lines of any form
  async line(): Promise<any> {
    const text = await this.text();
    if (text === undefined) fail("The connection ended where a line was due");
    return JSON.parse(text);
  }

  /** All lines until the connection ends. */
  // deno-lint-ignore no-explicit-any -- a test looks into lines of any form
  async rest(): Promise<any[]> {
    const lines = [];
    for (let text; (text = await this.text()) !== undefined;) {
      lines.push(JSON.parse(text));
    }
    return lines;
  }

  /** What one read of at most so many bytes gives now. */
  async chunk(bytes: number): Promise<string> {
    const buffer = new Uint8Array(bytes);
    const length = await this.#within(this.#socket.read(buffer));
    return this.#decoder.decode(buffer.subarray(0, length ?? 0));
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
    for (const timer of this.#deadlines) clearTimeout(timer);
  }

  async #read(): Promise<void> {
    this.#reading ??= (async () => {
      const buffer = new Uint8Array(65_536);
      const length = await this.#socket.read(buffer).catch(() => null);
      if (length === null) this.#ended = true;
      else {
        this.#text += this.#decoder.decode(buffer.subarray(0, length), {
          stream: true,
        });
      }
      this.#reading = undefined;
    })();
    await this.#within(this.#reading);
  }

  async #within<T>(promise: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error("Nothing came in time")),
      DEADLINE_MS,
    );
    this.#deadlines.add(timer);
    try {
      return await Promise.race([promise, late.promise]);
    } finally {
      clearTimeout(timer);
      this.#deadlines.delete(timer);
    }
  }
}

/** Waits until something holds, without moving any clock. */
export async function untilTrue(
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const givenUpAt = performance.now() + DEADLINE_MS;
  while (!await holds()) {
    if (performance.now() > givenUpAt) fail(`It never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
