/**
 * How the original programs of the fleet cards read and write: three writes a frame, no bound, one JSON value a frame. It
 * knows nothing of Panal's codec, so that a mistake there is not made twice.
 *
 * @module
 */

/** A JSON object of any form: doubles look into it as their programs do. */
// deno-lint-ignore no-explicit-any -- an original program looks at members without a schema
export type Json = Record<string, any>;

/** An expense as it stands in messages. */
export interface WireExpense {
  readonly "company_id": number;
  readonly "card_id": number;
  readonly total: number;
  readonly date: string;
}

/** A frame. */
export interface WireFrame {
  /** Its opcode. */
  readonly opcode: number;
  /** Its payload as text. */
  readonly text: string;
}

const encoder = new TextEncoder();

/** A frame in one piece. */
export function frameBytes(opcode: number, payload: string): Uint8Array {
  const body = encoder.encode(payload);
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = opcode;
  new DataView(bytes.buffer).setUint32(1, body.length);
  bytes.set(body, 5);
  return bytes;
}

/** A connection of an original program. */
export class OriginalSocket {
  /** True once it ended, from either side. */
  isOver = false;
  /** True while a frame is written. */
  isWriting = false;
  /** Frames that were written whole. */
  written = 0;
  readonly #socket: Deno.TcpConn;
  readonly #chunk = new Uint8Array(8192);
  #rest: Uint8Array = new Uint8Array(0);

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Dials; undefined if nobody listens. */
  static async dial(port: number): Promise<OriginalSocket | undefined> {
    try {
      return new OriginalSocket(
        await Deno.connect({ hostname: "127.0.0.1", port }),
      );
    } catch {
      return undefined;
    }
  }

  /**
   * Writes opcode, length and payload one after the other.
   *
   * @returns False if the connection broke before the end.
   */
  async writeFrame(opcode: number, payload: unknown): Promise<boolean> {
    const bytes = frameBytes(opcode, JSON.stringify(payload));
    this.isWriting = true;
    try {
      for (const [from, to] of [[0, 1], [1, 5], [5, bytes.length]] as const) {
        await this.write(bytes.subarray(from, to));
      }
      this.written++;
      return true;
    } catch {
      this.close();
      return false;
    } finally {
      this.isWriting = false;
    }
  }

  /** Writes text as it is. */
  async writeText(text: string): Promise<boolean> {
    try {
      await this.write(encoder.encode(text));
      return true;
    } catch {
      this.close();
      return false;
    }
  }

  /** Writes bytes in one go. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#socket.write(rest));
    }
  }

  /**
   * Reads a handshake line.
   *
   * @param options `greedy` throws away what came in the same segment behind the line, as a regional does.
   * @returns The line; undefined if the connection ended before.
   */
  async readLine(
    { greedy = false }: { readonly greedy?: boolean } = {},
  ): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const line = new TextDecoder().decode(this.#rest.subarray(0, end));
        this.#rest = greedy ? new Uint8Array(0) : this.#rest.subarray(end + 1);
        return line;
      }
      if (!await this.#more()) return undefined;
    }
  }

  /** Reads one byte; undefined at the end. */
  async readByte(): Promise<number | undefined> {
    return (await this.#take(1))?.[0];
  }

  /** Reads length and payload; undefined at the end. */
  async readPayload(): Promise<string | undefined> {
    const head = await this.#take(4);
    if (head === undefined) return undefined;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    const body = await this.#take(length);
    return body === undefined ? undefined : new TextDecoder().decode(body);
  }

  /** Reads a whole frame whatever its opcode; undefined at the end. */
  async readFrame(): Promise<WireFrame | undefined> {
    const opcode = await this.readByte();
    if (opcode === undefined) return undefined;
    const text = await this.readPayload();
    return text === undefined ? undefined : { opcode, text };
  }

  /** Tells the other end that nothing more comes. */
  async endWriting(): Promise<void> {
    await this.#socket.closeWrite().catch(() => {});
  }

  /** Closes it. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    try {
      this.#socket.close();
    } catch {
      // The system closed it.
    }
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length < count) {
      if (!await this.#more()) return undefined;
    }
    const taken = this.#rest.slice(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    try {
      const length = await this.#socket.read(this.#chunk);
      if (length === null) return false;
      const joined = new Uint8Array(this.#rest.length + length);
      joined.set(this.#rest);
      joined.set(this.#chunk.subarray(0, length), this.#rest.length);
      this.#rest = joined;
      return true;
    } catch {
      return false;
    }
  }
}

/** Timers and work of one double, ended together. */
export class OriginalWork {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #work = new Set<Promise<void>>();
  readonly #sleepers = new Set<() => void>();
  readonly #scale: number;
  #ended = false;

  /** @param scale What one second of the original takes here, in seconds. */
  constructor(scale: number) {
    this.#scale = scale;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Does something later, in milliseconds of the original. */
  after(ms: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#ended) act();
    }, ms * this.#scale);
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      clearTimeout(timer);
    };
  }

  /** Waits, in milliseconds of the original; resolves at once when it ends. */
  sleep(ms: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleepers.add(resolve);
    const cancel = this.after(ms, resolve);
    return promise.finally(() => {
      cancel();
      this.#sleepers.delete(resolve);
    });
  }

  /** Remembers work to wait for at the end. */
  track(work: Promise<void>): void {
    const tracked = work.catch(() => {});
    this.#work.add(tracked);
    void tracked.finally(() => this.#work.delete(tracked));
  }

  /** Ends timers, and waits for the work. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const resolve of this.#sleepers) resolve();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}

/** Reads JSON as the originals do: undefined if it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
