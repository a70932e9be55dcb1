/**
 * How a simulated monitor speaks to a central: plain or in frames, a message at a time.
 *
 * @module
 */
import { type Clock, PanalError, type Timer } from "../../crdt/mod.ts";
import {
  CHARGING_CONTROL,
  type ChargingToken,
  createChargingFrameReader,
  encodeChargingFrame,
  type TcpConnection,
} from "../../net/mod.ts";

/** How long a central may take to answer, in milliseconds. */
export const CENTRAL_ANSWER_MS = 5_000;

/** Between a control byte and a frame, in milliseconds: what comes in one read with a control byte an original central loses. */
export const CONTROL_PAUSE_MS = 100;

const { ENQ, ACK } = CHARGING_CONTROL;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Most frames that wait for their pause; of more the oldest is dropped. */
const FRAMES_WAITING_MAX = 64;

/** Is told what a central says. */
export interface CentralReader {
  /** It sent a text. */
  text(text: string): void;
  /** The connection is over. */
  closed(): void;
}

/** A connection to a central. */
export interface CentralWire {
  /** Sends a text. */
  send(text: string): void;
  /** Closes. */
  close(): void;
}

/** How a wire is made. */
export interface CentralWireOptions {
  /** Plain, or in frames. */
  readonly dialect: "text" | "framed";
  /** Time. */
  readonly clock: Clock;
  /** Connects to the central. */
  readonly dial: () => Promise<TcpConnection>;
}

/**
 * Connects to a central; in frames the handshake is done when this resolves.
 *
 * @param options How.
 * @param reader Is told what it says.
 * @returns The connection.
 * @throws {PanalError} `dial_failed` if it does not accept, or does not answer the handshake.
 */
export async function openCentralWire(
  options: CentralWireOptions,
  reader: CentralReader,
): Promise<CentralWire> {
  const connection = await options.dial();
  if (options.dialect === "text") return openText(connection, reader);
  return await openFrames(connection, reader, options.clock);
}

/** What one read brings is one message, as installed monitors take it. */
function openText(
  connection: TcpConnection,
  { text, closed }: CentralReader,
): CentralWire {
  connection.start({
    chunk: (bytes) => text(DECODER.decode(bytes)),
    closed: () => closed(),
  });
  return {
    send: (text) => void connection.write(ENCODER.encode(text)),
    close: () => connection.close(),
  };
}

async function openFrames(
  connection: TcpConnection,
  { text, closed }: CentralReader,
  clock: Clock,
): Promise<CentralWire> {
  const shaken = Promise.withResolvers<void>();
  const frames = createChargingFrameReader();
  const sender = new FrameSender(connection, clock);
  let isShaken = false;
  const give = (reason: string) =>
    shaken.reject(new PanalError("dial_failed", `The central ${reason}`));
  const take = (token: ChargingToken) => {
    if (!isShaken) {
      isShaken = true;
      if (token.kind === "ACK") shaken.resolve();
      else give("refused the handshake");
    } else if (token.kind === "frame") {
      // Acknowledged before anything else is sent: a central waits for it.
      sender.control(ACK);
      text(token.text);
    }
  };
  const late = clock.timer(
    CENTRAL_ANSWER_MS,
    () => give("did not answer the handshake"),
  );
  connection.start({
    chunk: (bytes) => frames.push(bytes, take),
    closed() {
      give("closed the connection");
      closed();
    },
  });
  connection.write(Uint8Array.of(ENQ));
  try {
    await shaken.promise;
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    late.cancel();
  }
  return {
    send: (text) => sender.frame(text),
    close() {
      sender.end();
      connection.close();
    },
  };
}

/** Sends control bytes at once, and frames in their order, none of them right behind a control byte. */
class FrameSender {
  readonly #connection: TcpConnection;
  readonly #clock: Clock;
  readonly #waiting: string[] = [];
  #controlAt = -Infinity;
  #pause: Timer | undefined;

  constructor(connection: TcpConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  control(byte: number): void {
    this.#controlAt = this.#clock.monotonic();
    this.#connection.write(Uint8Array.of(byte));
  }

  frame(text: string): void {
    if (this.#waiting.length >= FRAMES_WAITING_MAX) this.#waiting.shift();
    this.#waiting.push(text);
    this.#send();
  }

  end(): void {
    this.#pause?.cancel();
    this.#waiting.length = 0;
  }

  #send(): void {
    this.#pause?.cancel();
    const leftMs = this.#controlAt + CONTROL_PAUSE_MS - this.#clock.monotonic();
    if (leftMs > 0) {
      this.#pause = this.#clock.timer(leftMs, () => this.#send());
      return;
    }
    for (const text of this.#waiting.splice(0)) {
      this.#connection.write(encodeChargingFrame(text));
    }
  }
}

/**
 * Asks a central one thing on a connection of its own, as monitors do for their engines.
 *
 * @param options How.
 * @param question `CHECK_SESSION#…` or `CHECK_DRIVER#…`.
 * @returns The answer; empty if the central closed without one, or did not answer in time.
 * @throws {PanalError} `dial_failed` if it does not accept.
 */
export async function askCentral(
  options: CentralWireOptions,
  question: string,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const wire = await openCentralWire(options, {
    text: (text) => resolve(text.trim()),
    closed: () => resolve(""),
  });
  const late = options.clock.timer(CENTRAL_ANSWER_MS, () => resolve(""));
  wire.send(question);
  const answer = await promise;
  late.cancel();
  wire.close();
  return answer;
}
