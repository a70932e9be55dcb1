/**
 * A plain TCP client of the fleet cards' frames for tests: what it sends is exactly what it is told to, what it reads is
 * cut by the header alone.
 *
 * @module
 */
import { fail, strictEqual } from "node:assert/strict";
import { frameBytes, OriginalSocket } from "./original_fleet_wire.ts";

/** Longest wait for something that must come, in milliseconds. */
const DEADLINE_MS = 10_000;

/** A frame that came. */
export interface TestFrame {
  /** Its opcode. */
  readonly opcode: number;
  /** Its payload as text. */
  readonly text: string;
}

/** A connection to a listener of this machine. */
export class FrameClient implements Disposable {
  readonly #socket: OriginalSocket;
  #reading: Promise<TestFrame | undefined> | undefined;

  private constructor(socket: OriginalSocket) {
    this.#socket = socket;
  }

  /** Connects, and sends a handshake line if one is given. */
  static async connect(port: number, line?: string): Promise<FrameClient> {
    const socket = await OriginalSocket.dial(port);
    if (socket === undefined) fail(`Nobody listens at ${port}`);
    const client = new FrameClient(socket);
    if (line !== undefined) await client.raw(`${line}\n`);
    return client;
  }

  /** Sends bytes or text as they are. */
  async raw(data: string | Uint8Array): Promise<void> {
    await this.#socket.write(
      typeof data === "string" ? new TextEncoder().encode(data) : data,
    );
  }

  /** Sends a frame; a payload that is no text becomes compact JSON. */
  async send(opcode: number, payload: unknown): Promise<void> {
    await this.raw(frame(opcode, payload));
  }

  /** The next frame; undefined at the end. */
  async next(): Promise<TestFrame | undefined> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error("Nothing came in time")),
      DEADLINE_MS,
    );
    try {
      this.#reading ??= this.#socket.readFrame();
      const found = await Promise.race([this.#reading, deadline.promise]);
      this.#reading = undefined;
      return found;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next frame, which must have an opcode and a text. */
  async expect(opcode: number, text: string): Promise<void> {
    const found = await this.next();
    strictEqual(found?.text, text);
    strictEqual(found?.opcode, opcode);
  }

  /** Asks and gives the text of the next frame, which must have the same opcode. */
  async ask(opcode: number, payload: unknown): Promise<string> {
    await this.send(opcode, payload);
    const found = await this.next();
    strictEqual(found?.opcode, opcode);
    return found?.text ?? "";
  }

  /** Makes sure that nothing comes for some time. */
  async quiet(ms: number): Promise<void> {
    this.#reading ??= this.#socket.readFrame();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<"quiet">((resolve) => {
      timer = setTimeout(() => resolve("quiet"), ms);
    });
    const found = await Promise.race([this.#reading, silence]);
    clearTimeout(timer);
    if (found !== "quiet") fail(`Something came: ${JSON.stringify(found)}`);
  }

  /** Sends nothing more; still reads. */
  async endWrite(): Promise<void> {
    await this.#socket.endWriting();
  }

  /** Closes. */
  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** A frame's bytes; a payload that is no text becomes compact JSON. */
export function frame(opcode: number, payload: unknown): Uint8Array {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return frameBytes(opcode, text);
}

/** A frame as the protocol page writes it: a header in hexadecimal digits, and a payload. */
export function vector(header: string, payload: string): Uint8Array {
  const digits = header.replaceAll(" ", "");
  const head = Uint8Array.from(
    digits.match(/../g) ?? [],
    (it) => parseInt(it, 16),
  );
  return new Uint8Array([...head, ...new TextEncoder().encode(payload)]);
}
