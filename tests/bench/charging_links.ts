/**
 * Charging points of benches with as little work per message as possible, so that thousands of them leave the machine to
 * the node: no timers, no parsing beyond what is asked for.
 *
 * @module
 */
const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** Bytes that are read at once. */
const READ_BYTES = 1024;

/** Writes all bytes; what cannot be written ends the connection, which the reader sees. */
async function writeAll(socket: Deno.TcpConn, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length;) {
    at += await socket.write(bytes.subarray(at));
  }
}

async function dial(port: number): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  socket.setNoDelay();
  return socket;
}

/** A monitor that speaks plain text, confirms every stop and resume, and notes when it heard a stop. */
export class TextPoint {
  /** Its id. */
  readonly id: string;
  /** Called when it hears a stop or a resume. */
  heard: ((isStop: boolean) => void) | undefined;
  #socket: Deno.TcpConn | undefined;

  /** One that is not connected. */
  constructor(id: string) {
    this.id = id;
  }

  /** Dials and registers; nothing answers that. */
  async connect(port: number): Promise<void> {
    const socket = this.#socket = await dial(port);
    await writeAll(socket, encoder.encode(`REGISTER#${this.id}#Calle 1#0.25`));
    void this.#read(socket).catch(() => {});
  }

  /** Hangs up. */
  close(): void {
    close(this.#socket);
    this.#socket = undefined;
  }

  async #read(socket: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const size = await socket.read(buffer);
      if (size === null) return;
      const word = decoder.decode(buffer.subarray(0, size)).split("#")[0] ?? "";
      if (word !== "PARAR" && word !== "REANUDAR") continue;
      this.heard?.(word === "PARAR");
      await writeAll(socket, encoder.encode(`ACK#${word}`));
    }
  }
}

function close(socket: Deno.TcpConn | undefined): void {
  try {
    socket?.close();
  } catch {
    // The node may have hung up first.
  }
}

/** Opcodes of WebSocket frames. */
const [TEXT, PING, PONG] = [1, 9, 10];

/** A client's frame; its mask is zero, so that the payload stands as it is. */
function frameOf(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126
    ? [0x80 | opcode, 0x80 | length, 0, 0, 0, 0]
    : [0x80 | opcode, 0xfe, length >> 8, length & 255, 0, 0, 0, 0];
  const frame = new Uint8Array(head.length + length);
  frame.set(head);
  frame.set(payload, head.length);
  return frame;
}

/** A charger that speaks OCPP 1.6J, accepts every call, and makes one call at a time. */
export class OcppCharger {
  /** Its id. */
  readonly id: string;
  /** Called when it hears of a change of its availability. */
  heard: ((isStop: boolean) => void) | undefined;
  #socket: Deno.TcpConn | undefined;
  #rest = new Uint8Array(0);
  #answered: ((text: string) => void) | undefined;
  #failed: ((error: unknown) => void) | undefined;

  /** One that is not connected. */
  constructor(id: string) {
    this.id = id;
  }

  /** Dials and starts. */
  async connect(port: number): Promise<void> {
    const socket = this.#socket = await dial(port);
    await writeAll(
      socket,
      encoder.encode(
        `GET /ocpp/${this.id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
          "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n",
      ),
    );
    const buffer = new Uint8Array(READ_BYTES);
    await this.#enter(socket, buffer);
    void this.#read(socket, buffer).catch((error) => this.#failed?.(error));
    await this.call("BootNotification", {
      chargePointVendor: "Abeja",
      chargePointModel: "Colmena",
    });
  }

  /** Calls; resolves with the text of the answer, which must be one. */
  async call(action: string, payload: unknown): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#answered = resolve;
    this.#failed = reject;
    this.#send(
      TEXT,
      encoder.encode(`[2,"c","${action}",${JSON.stringify(payload)}]`),
    );
    const text = await promise;
    if (!text.startsWith("[3")) throw new Error(`${action}: ${text}`);
    return text;
  }

  /** Hangs up. */
  close(): void {
    close(this.#socket);
    this.#socket = undefined;
  }

  #send(opcode: number, payload: Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    writeAll(socket, frameOf(opcode, payload)).catch((error) =>
      this.#failed?.(error)
    );
  }

  async #enter(socket: Deno.TcpConn, buffer: Uint8Array): Promise<void> {
    let head = "";
    for (;;) {
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        if (!head.startsWith("HTTP/1.1 101")) throw new Error(head);
        // Frames may follow at once.
        this.#rest = Uint8Array.from(
          head.slice(end + 4),
          (it) => it.charCodeAt(0),
        );
        return;
      }
      const size = await socket.read(buffer);
      if (size === null) throw new Error("the node hung up");
      head += String.fromCharCode(...buffer.subarray(0, size));
    }
  }

  async #read(socket: Deno.TcpConn, buffer: Uint8Array): Promise<void> {
    for (;;) {
      this.#frames();
      const size = await socket.read(buffer);
      if (size === null) throw new Error(`the node hung up on ${this.id}`);
      const rest = new Uint8Array(this.#rest.length + size);
      rest.set(this.#rest);
      rest.set(buffer.subarray(0, size), this.#rest.length);
      this.#rest = rest;
    }
  }

  /** Takes the frames that are whole; a server's are not masked. */
  #frames(): void {
    let from = 0;
    const bytes = this.#rest;
    for (;;) {
      const short = (bytes[from + 1] ?? 0) & 127;
      const start = from + (short === 126 ? 4 : 2);
      if (start > bytes.length) break;
      const length = short === 126
        ? (bytes[from + 2] ?? 0) << 8 | (bytes[from + 3] ?? 0)
        : short;
      if (start + length > bytes.length) break;
      this.#take(
        (bytes[from] ?? 0) & 15,
        bytes.subarray(start, start + length),
      );
      from = start + length;
    }
    this.#rest = bytes.slice(from);
  }

  #take(opcode: number, payload: Uint8Array): void {
    if (opcode === PING) return this.#send(PONG, payload);
    if (opcode !== TEXT) return;
    const text = decoder.decode(payload);
    if (!text.startsWith("[2")) return this.#answered?.(text);
    const [, id, action, { type }] = JSON.parse(text);
    if (action === "ChangeAvailability") this.heard?.(type === "Inoperative");
    this.#send(TEXT, encoder.encode(`[3,"${id}",{"status":"Accepted"}]`));
  }
}
