/**
 * A model of the monitor of the secured dialect, as section 9.3 of the protocol page describes the original: credentials
 * first, then a framed connection whose stray bytes it counts. Over real sockets, and with a codec of its own.
 *
 * @module
 */
import { request } from "node:https";

const STX = 0x02;
const ETX = 0x03;
const ENQ = 0x05;
const ACK = 0x06;

/** Most bytes of one read. */
const READ_MAX = 1024;
/** Reads that are no frame, in a row, after which the connection counts as lost. */
const STRAYS_MAX = 3;

/** An HTTPS answer. */
export interface SecuredAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Posts JSON to a registry, whose certificate is not verified. */
export function postJson(
  url: string,
  body: unknown,
  { type = "application/json" }: { readonly type?: string } = {},
): Promise<SecuredAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SecuredAnswer>();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const sent = request(url, {
    method: "POST",
    rejectUnauthorized: false,
    agent: false,
    headers: {
      "content-type": type,
      "content-length": new TextEncoder().encode(text).length,
    },
  }, async (answer) => {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    const said = await new Blob(chunks).text();
    resolve({ status: answer.statusCode ?? 0, body: JSON.parse(said) });
  });
  sent.on("error", reject);
  sent.end(text);
  return promise;
}

/** A text in its frame. */
export function frameOf(text: string): Uint8Array<ArrayBuffer> {
  const data = new TextEncoder().encode(text);
  const check = data.reduce((sum, byte) => sum ^ byte, STX ^ ETX);
  return Uint8Array.of(STX, ...data, ETX, check);
}

/** The first frame's text if the bytes begin with a whole frame. */
function firstFrame(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(ETX);
  if (bytes[0] !== STX || end < 2 || end + 1 >= bytes.length) return undefined;
  const data = bytes.subarray(1, end);
  const check = data.reduce((sum, byte) => sum ^ byte, STX ^ ETX);
  return check === bytes[end + 1] ? new TextDecoder().decode(data) : undefined;
}

/** A socket that is read as the original programs read theirs. */
class Socket {
  readonly #connection: Deno.Conn;
  #buffered = new Uint8Array();
  #isOver = false;
  #wake = Promise.withResolvers<void>();

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    const buffer = new Uint8Array(READ_MAX);
    while (true) {
      const read = await this.#connection.read(buffer).catch(() => null);
      if (read === null) break;
      this.#buffered = new Uint8Array([
        ...this.#buffered,
        ...buffer.subarray(0, read),
      ]);
      this.#wake.resolve();
    }
    this.#isOver = true;
    this.#wake.resolve();
  }

  /** What is there, at most so many bytes; empty at the end of the stream; undefined after the deadline. */
  async read(most: number, waitMs?: number): Promise<Uint8Array | undefined> {
    if (this.#buffered.length === 0 && !this.#isOver) {
      this.#wake = Promise.withResolvers();
      const timer = waitMs === undefined
        ? undefined
        : setTimeout(() => this.#wake.resolve(), waitMs);
      await this.#wake.promise;
      clearTimeout(timer);
      if (this.#buffered.length === 0 && !this.#isOver) return undefined;
    }
    const bytes = this.#buffered.slice(0, most);
    this.#buffered = this.#buffered.slice(bytes.length);
    return bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#connection.write(bytes).catch(() => {});
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It was over already.
    }
  }
}

/** How a monitor is set up. */
export interface SecuredMonitorOptions {
  /** The registry's address. */
  readonly registry: string;
  /** The node's port for points. */
  readonly port: number;
  /** The point. */
  readonly point: string;
  /** Where it is. */
  readonly location?: string;
  /** What stands for the original's 4 s + 5 s before it comes back. */
  readonly lostMs?: number;
}

/** What a point was given. */
export interface SecuredKeys {
  readonly token: string;
  readonly key: string;
}

/** The monitor. */
export class SecuredMonitor {
  /** All that it was given, oldest first. */
  readonly credentials: SecuredKeys[] = [];
  /** Texts of the frames that it took. */
  readonly frames: string[] = [];
  /** How often it thought the connection lost. */
  lost = 0;
  /** Most stray reads in a row. */
  straysMax = 0;
  /** How often it registered with the node. */
  connected = 0;
  readonly #options: SecuredMonitorOptions;
  #socket: Socket | undefined;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(options: SecuredMonitorOptions) {
    this.#options = options;
  }

  /** Runs until it is stopped. */
  start(): void {
    this.#running = this.#run();
  }

  /** Writes a frame. */
  async send(text: string): Promise<void> {
    await this.#socket?.write(frameOf(text));
  }

  /** Writes what is no frame. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.#socket?.write(bytes);
  }

  /** Ends the program. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#socket?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#register();
      const socket = await this.#connect();
      if (socket !== undefined) await this.#serve(socket);
      if (this.#stopped) return;
      await pause(this.#options.lostMs ?? 50);
    }
  }

  async #register(): Promise<void> {
    const { registry, point, location = "Ubicacion Desconocida" } =
      this.#options;
    const { status, body } = await postJson(`${registry}/register`, {
      "id": point,
      location,
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    this.credentials.push({
      token: String(body["token"]),
      key: String(body["symmetric_key"]),
    });
  }

  /** The ACK of `REGISTER` is required: without it everything starts over. */
  async #connect(): Promise<Socket | undefined> {
    const { port, point, location = "Ubicacion Desconocida" } = this.#options;
    const socket = new Socket(
      await Deno.connect({ hostname: "127.0.0.1", port }),
    );
    this.#socket = socket;
    await socket.write(Uint8Array.of(ENQ));
    if ((await socket.read(1, 5000))?.[0] !== ACK) return undefined;
    await socket.write(frameOf(`REGISTER#${point}#${location}#0.25`));
    if ((await socket.read(1, 2000))?.[0] !== ACK) return undefined;
    this.connected++;
    // Before it has read `REGISTER_RESULT`.
    if (this.connected > 1) await socket.write(frameOf(`RECOVER#${point}`));
    return socket;
  }

  async #serve(socket: Socket): Promise<void> {
    let strays = 0;
    while (strays < STRAYS_MAX && !this.#stopped) {
      const bytes = await socket.read(READ_MAX) ?? new Uint8Array();
      const text = firstFrame(bytes);
      if (text === undefined) {
        strays++;
        this.straysMax = Math.max(this.straysMax, strays);
        continue;
      }
      strays = 0;
      this.frames.push(text);
      await socket.write(Uint8Array.of(ACK));
      await this.#obey(socket, text);
    }
    if (strays >= STRAYS_MAX) this.lost++;
    socket.close();
  }

  async #obey(socket: Socket, text: string): Promise<void> {
    const [word = ""] = text.split("#");
    if (!["PARAR", "REANUDAR", "AUTORIZAR_SUMINISTRO"].includes(word)) return;
    await socket.write(frameOf(`ACK#${word}`));
    await socket.read(1, 500);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
