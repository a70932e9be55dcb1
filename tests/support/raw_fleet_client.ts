/**
 * A connection to a fleet-card listener that sends any bytes and reads frames.
 *
 * @module
 */

import { connect, type Socket } from "node:net";

/** How long a test waits for a frame, in milliseconds. */
const FRAME_MS = 5_000;

/** One connection. */
export class RawFleetClient implements Disposable {
  readonly #connection: Deno.TcpConn;
  #kept = new Uint8Array(0);
  #closed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Connects.
   *
   * @param port A port of `127.0.0.1`.
   * @returns The connection.
   */
  static async connect(port: number): Promise<RawFleetClient> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return new RawFleetClient(connection);
  }

  /**
   * Sends bytes with one write.
   *
   * @param parts Are joined.
   */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    const all = Uint8Array.from(parts.flatMap((part) => [...part]));
    for (let rest = all; rest.length > 0;) {
      rest = rest.subarray(await this.#connection.write(rest));
    }
  }

  /**
   * Sends a text.
   *
   * @param text Any text.
   */
  text(text: string): Promise<void> {
    return this.send(new TextEncoder().encode(text));
  }

  /** Tells the other end that nothing more comes. */
  endWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  /**
   * Reads a frame.
   *
   * @returns Opcode and payload; undefined at the end of the stream, whether it was closed or reset.
   */
  async frame(): Promise<[opcode: number, payload: string] | undefined> {
    const timer = setTimeout(() => this.close(), FRAME_MS);
    try {
      for (;;) {
        const [opcode] = this.#kept;
        const length = this.#kept.length < 5
          ? Infinity
          : new DataView(this.#kept.buffer, this.#kept.byteOffset).getUint32(1);
        if (opcode !== undefined && this.#kept.length >= 5 + length) {
          const payload = this.#kept.slice(5, 5 + length);
          this.#kept = this.#kept.slice(5 + length);
          return [opcode, new TextDecoder().decode(payload)];
        }
        if (!await this.#read(4096)) return undefined;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }

  /** Closes. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #read(most: number): Promise<boolean> {
    const buffer = new Uint8Array(most);
    const length = await this.#connection.read(buffer).catch(() => null);
    if (length === null) return false;
    const kept = new Uint8Array(this.#kept.length + length);
    kept.set(this.#kept);
    kept.set(buffer.subarray(0, length), this.#kept.length);
    this.#kept = kept;
    return true;
  }
}

/** A connection that ends with a reset, as one of a program that is killed does. */
export class ResettingClient {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Connects.
   *
   * @param port A port of `127.0.0.1`.
   * @returns The connection; it reads nothing.
   */
  static async connect(port: number): Promise<ResettingClient> {
    const connected = Promise.withResolvers<void>();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("error", connected.reject);
    socket.on("connect", connected.resolve);
    socket.pause();
    await connected.promise;
    return new ResettingClient(socket);
  }

  /**
   * Sends bytes.
   *
   * @param bytes Any bytes.
   * @returns Settles once the system has them.
   */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Resets the connection. */
  async reset(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#socket.on("close", () => closed.resolve());
    this.#socket.resetAndDestroy();
    await closed.promise;
  }
}
