/**
 * A listener for WebSockets of text: one of the places that reach for the network. Every message, queue and wait has a
 * bound, and a connection that sends faster than it may is read more slowly.
 *
 * @module
 */
import type { TcpConnection, TcpEnd } from "./tcp_connection.ts";
import {
  listenTcp,
  type TcpListener,
  type TcpListenerOptions,
} from "./tcp_listener.ts";
import {
  createWebSocketReader,
  encodeWebSocketClose,
  encodeWebSocketSign,
  encodeWebSocketText,
  WEBSOCKET_CLOSE,
  type WebSocketEvent,
  type WebSocketReader,
} from "./websocket_frames.ts";
import {
  encodeUpgrade,
  encodeUpgradeRefusal,
  headEnd,
  parseUpgrade,
  UPGRADE_BYTES_MAX,
  type UpgradeRefusal,
  type UpgradeRequest,
} from "./websocket_upgrade.ts";

/** How long a client has to ask for a WebSocket, in milliseconds. */
export const UPGRADE_MS = 10_000;
/** How long the other end has to answer a close, in milliseconds. */
export const WEBSOCKET_CLOSE_MS = 2_000;
/** How often a connection that says nothing is asked for a sign of life, in milliseconds. */
export const WEBSOCKET_PING_MS = 30_000;
/** How often connections are looked after, in milliseconds. */
const CHECK_MS = 500;

/** Why a WebSocket ended: as TCP does, by a close of either end, by what may not be sent, or by silence. */
export type WebSocketEnd = TcpEnd | "left" | "broken" | "silent";

/** Is told what happens on a WebSocket. */
export interface WebSocketListenerReader {
  /** A message came. Nothing more is read before its promise settles. */
  text(text: string): void | Promise<void>;
  /** It is over. Called once; `code` is the other end's, or that of the refusal. */
  closed(why: WebSocketEnd, code: number): void;
}

/** A WebSocket. */
export interface WebSocketLink {
  /** The other end's network address. */
  readonly address: string;
  /** When the other end was heard last, in monotonic milliseconds. */
  readonly heardAt: number;
  /** Begins to read. */
  start(reader: WebSocketListenerReader): void;
  /**
   * Sends a message.
   *
   * @param text The message.
   * @param flushed Is told once the system has it.
   * @returns False if it is over, or is now because too much waits.
   */
  send(text: string, flushed?: () => void): boolean;
  /** Closes in the orderly way, within `WEBSOCKET_CLOSE_MS`. */
  close(code: number, reason?: string): void;
  /** Cuts off. */
  destroy(): void;
}

/** What becomes of a request. */
export type UpgradeAnswer =
  | UpgradeRefusal
  | {
    /** The subprotocol; none if it is left out. */
    readonly protocol?: string;
    /** Takes the WebSocket. */
    readonly accept: (link: WebSocketLink) => void;
  };

/** What is listened on, and who takes WebSockets. */
export interface WebSocketListenerOptions
  extends Omit<TcpListenerOptions, "accept" | "ipv4Only"> {
  /** Decides a request. If it throws, the client gets 500. */
  readonly upgrade: (
    request: UpgradeRequest,
  ) => UpgradeAnswer | Promise<UpgradeAnswer>;
  /** Longest message, in bytes. */
  readonly messageBytesMax: number;
  /** Messages that may come at once, and so many each second after. */
  readonly rate: { readonly burst: number; readonly perSecond: number };
  /** `UPGRADE_MS` if left out. */
  readonly upgradeMs?: number;
  /** `WEBSOCKET_PING_MS` if left out; who says nothing for twice as long is cut off. */
  readonly pingMs?: number;
}

/**
 * Starts a listener.
 *
 * @param options What is listened on, and who takes WebSockets.
 * @returns The listener; its `url` begins with `ws://` or `wss://`.
 * @throws {PanalError} `config_invalid` if the address cannot be bound, or the certificate cannot be used.
 */
export function listenWebSocket(
  options: WebSocketListenerOptions,
): TcpListener {
  const sockets = new Set<ServerSocket>();
  const tcp = listenTcp({
    ...options,
    accept(connection) {
      const socket = new ServerSocket(connection, options);
      sockets.add(socket);
      socket.open(() => sockets.delete(socket));
    },
  });
  const checks = setInterval(() => {
    for (const socket of sockets) socket.check();
  }, CHECK_MS);
  const scheme = options.tls === undefined ? "ws" : "wss";
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    for (const socket of sockets) {
      socket.close(WEBSOCKET_CLOSE.goingAway, "stopping");
    }
    await tcp.stop();
    clearInterval(checks);
  };
  return {
    url: tcp.url.replace(/^tcp/, scheme),
    port: tcp.port,
    get connections() {
      return tcp.connections;
    },
    stop: () => stopped ??= stop(),
  };
}

type State = "asking" | "deciding" | "open" | "closing" | "over";

class ServerSocket implements WebSocketLink {
  readonly address: string;
  readonly #connection: TcpConnection;
  readonly #options: WebSocketListenerOptions;
  readonly #frames: WebSocketReader;
  #state: State = "asking";
  #head = new Uint8Array(0);
  #reader: WebSocketListenerReader | undefined;
  #since = performance.now();
  #heardAt = performance.now();
  #pinged = false;
  #tokens: number;
  #tokensAt = performance.now();
  #told = false;
  #code = 1006;
  #why: WebSocketEnd | undefined;

  constructor(connection: TcpConnection, options: WebSocketListenerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.address = connection.peer.hostname;
    this.#frames = createWebSocketReader(options);
    this.#tokens = options.rate.burst;
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** Begins with the request. */
  open(over: () => void): void {
    this.#connection.start({
      chunk: (bytes) => this.#chunk(bytes),
      closed: (why) => {
        over();
        this.#end(why);
      },
    });
  }

  start(reader: WebSocketListenerReader): void {
    this.#reader = reader;
  }

  send(text: string, flushed?: () => void): boolean {
    return this.#state === "open" &&
      this.#connection.write(encodeWebSocketText(text), flushed);
  }

  close(code: number, reason?: string): void {
    if (this.#state === "asking" || this.#state === "deciding") {
      return this.#connection.close();
    }
    if (this.#state !== "open") return;
    this.#connection.write(encodeWebSocketClose(code, reason));
    this.#state = "closing";
    this.#since = performance.now();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  /** Ends what is late. */
  check(): void {
    const now = performance.now();
    const { upgradeMs = UPGRADE_MS, pingMs = WEBSOCKET_PING_MS } =
      this.#options;
    const waited = now - this.#since;
    if (this.#state === "asking" && waited > upgradeMs) this.destroy();
    if (this.#state === "closing" && waited > WEBSOCKET_CLOSE_MS) {
      this.destroy();
    }
    if (this.#state !== "open") return;
    const silent = now - this.#heardAt;
    if (this.#pinged && silent > 2 * pingMs) {
      this.#why = "silent";
      this.destroy();
    } else if (silent > pingMs && !this.#pinged) {
      this.#pinged = true;
      this.#connection.write(encodeWebSocketSign("ping"));
    }
  }

  async #chunk(bytes: Uint8Array): Promise<void> {
    this.#heardAt = performance.now();
    this.#pinged = false;
    if (this.#state === "asking") return await this.#ask(bytes);
    if (this.#state === "over") return;
    for (const event of this.#frames.push(bytes)) {
      // The rest of what came with a close or a mistake does not count.
      if (!await this.#take(event)) return;
    }
  }

  async #ask(bytes: Uint8Array): Promise<void> {
    const head = new Uint8Array(this.#head.length + bytes.length);
    head.set(this.#head);
    head.set(bytes, this.#head.length);
    this.#head = head;
    const end = headEnd(head);
    if (end < 0 || end > UPGRADE_BYTES_MAX) {
      if (head.length > UPGRADE_BYTES_MAX) this.#refuse({ status: 431 });
      return;
    }
    this.#head = new Uint8Array(0);
    this.#state = "deciding";
    const reading = parseUpgrade(head.subarray(0, end), this.address);
    if (reading.kind === "refused") return this.#refuse(reading);
    let answer: UpgradeAnswer;
    try {
      answer = await this.#options.upgrade(reading.request);
    } catch {
      answer = { status: 500 };
    }
    if (this.#state !== "deciding") return;
    if (!("accept" in answer)) return this.#refuse(answer);
    this.#connection.write(encodeUpgrade(reading.key, answer.protocol));
    this.#state = "open";
    answer.accept(this);
    const early = head.subarray(end);
    if (early.length > 0) await this.#chunk(early);
  }

  #refuse(refusal: UpgradeRefusal): void {
    this.#state = "over";
    this.#connection.write(encodeUpgradeRefusal(refusal));
    this.#connection.close();
  }

  /** False once nothing more counts. */
  async #take(event: WebSocketEvent): Promise<boolean> {
    if (event.kind === "close") {
      this.#code = event.code;
      this.#why ??= this.#state === "open" ? "left" : "closed";
      if (this.#state === "open") {
        this.#connection.write(encodeWebSocketClose(
          event.code === 1005 ? WEBSOCKET_CLOSE.normal : event.code,
        ));
      }
      this.#state = "over";
      this.#connection.close();
      return false;
    }
    if (this.#state !== "open") return true;
    if (event.kind === "broken") {
      this.#code = event.code;
      this.#why = "broken";
      this.close(event.code, event.reason);
      // Its answer would not be read: what follows a mistake means nothing.
      this.#connection.close();
      return false;
    }
    await this.#slowDown();
    if (event.kind === "ping") {
      return this.#connection.write(encodeWebSocketSign("pong", event.payload));
    }
    if (event.kind === "text") await this.#reader?.text(event.text);
    return this.#state === "open";
  }

  /** Waits until a message may come. */
  async #slowDown(): Promise<void> {
    const { burst, perSecond } = this.#options.rate;
    const now = performance.now();
    const gained = (now - this.#tokensAt) / 1000 * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained) - 1;
    this.#tokensAt = now;
    if (this.#tokens >= 0) return;
    const waitMs = -this.#tokens / perSecond * 1000;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  #end(why: TcpEnd): void {
    this.#state = "over";
    if (this.#told) return;
    this.#told = true;
    this.#reader?.closed(this.#why ?? why, this.#code);
  }
}
