/**
 * A connection whose monitor speaks in frames: handshake, acknowledgements, bad frames, and what keeps installed readers
 * from losing what they are sent.
 *
 * @module
 */
import type { Timer } from "../../crdt/mod.ts";
import {
  CHARGING_CONTROL,
  chargingCommandText,
  type ChargingToken,
  createChargingFrameReader,
  encodeChargingFrame,
  type TcpReader,
} from "../../net/mod.ts";
import { MonitorLink, type MonitorParts, readFirst } from "./monitor_link.ts";
import type { MonitorWire } from "./text_monitor.ts";

/** So many bad frames in a row end a connection (C-35). */
export const BAD_FRAMES_MAX = 5;
/** A monitor of the newest programs takes three control bytes in a row for a lost connection (C-38). */
const CONTROLS_IN_A_ROW_MAX = 2;

/** A frame that does nothing but break the row. */
const RESET = chargingCommandText({
  kind: "registerResult",
  result: "RECONNECT",
});

const { ACK, NACK, EOT } = CHARGING_CONTROL;

/**
 * Serves a connection whose first byte is ENQ.
 *
 * @param wire The way to it.
 * @param parts What it works with.
 * @returns What takes its bytes.
 */
export function serveFrames(
  wire: MonitorWire,
  parts: MonitorParts,
): Required<Pick<TcpReader, "chunk" | "ended" | "closed">> {
  const monitor = new FramedMonitor(wire, parts);
  return {
    chunk: (bytes) => monitor.chunk(bytes),
    ended: () => monitor.ended(),
    closed: () => monitor.closed(),
  };
}

class FramedMonitor {
  readonly #wire: MonitorWire;
  readonly #parts: MonitorParts;
  readonly #link: MonitorLink;
  readonly #reader = createChargingFrameReader();
  #bad = 0;
  /** Control bytes since the last frame to the monitor. */
  #controls = 0;
  #silence: Timer | undefined;
  #bytesAt = 0;
  readonly #openedAt: number;
  #isOver = false;

  constructor(wire: MonitorWire, parts: MonitorParts) {
    this.#wire = wire;
    this.#parts = parts;
    this.#openedAt = parts.now();
    this.#link = new MonitorLink(parts, {
      dialect: "framed",
      send: (text, flushed) => {
        this.#controls = 0;
        return wire.write(encodeChargingFrame(text), flushed);
      },
      finish: (answer) => {
        wire.write(Uint8Array.of(...encodeChargingFrame(answer), ACK, EOT));
        this.#close();
      },
      refuse: () => {
        this.#control(NACK);
        this.#close();
      },
      close: () => this.#close(),
    });
  }

  chunk(bytes: Uint8Array): Promise<void> | undefined {
    this.#bytesAt = this.#parts.now();
    this.#reader.push(bytes, (token) => this.#take(token));
    if (this.#silence === undefined) this.#watch(this.#watchMs());
    return this.#link.crowded;
  }

  async ended(): Promise<void> {
    await this.#link.settled;
  }

  closed(): void {
    this.#isOver = true;
    this.#silence?.cancel();
    this.#link.ended();
  }

  #take(token: ChargingToken): boolean {
    if (this.#isOver) return false;
    switch (token.kind) {
      case "ENQ":
        this.#control(ACK);
        break;
      case "EOT":
        this.#control(ACK);
        this.#close();
        break;
      case "ACK":
      case "NACK":
        this.#link.pacer.acknowledged();
        break;
      case "frame":
        this.#frame(token.text);
        break;
      case "invalid":
        this.#invalid(token.why);
    }
    return !this.#isOver;
  }

  #frame(text: string): void {
    this.#bad = 0;
    const { isNew } = this.#link;
    const counts = !isNew ||
      readFirst(text).kind !== "unknown";
    if (counts) this.#control(ACK);
    this.#link.message(text);
    const { pacer, isRegistered } = this.#link;
    if (
      isRegistered && this.#controls >= CONTROLS_IN_A_ROW_MAX && pacer.idle
    ) pacer.note(RESET, this.#parts.times.resetMs);
  }

  #invalid(why: string): void {
    this.#parts.drops.add(`frame_${why}`);
    this.#control(NACK);
    if (this.#link.isNew || ++this.#bad >= BAD_FRAMES_MAX) this.#close();
  }

  #control(byte: number): void {
    this.#controls++;
    this.#wire.write(Uint8Array.of(byte));
    this.#link.pacer.controlSent();
  }

  #close(): void {
    this.#isOver = true;
    this.#wire.close();
  }

  /** How long the monitor may be silent where something is due; 0 if nothing is. */
  #watchMs(): number {
    const { handshakeMs, frameMs } = this.#parts.times;
    if (this.#link.isNew) return handshakeMs;
    return this.#reader.inFrame ? frameMs : 0;
  }

  #watch(delayMs: number): void {
    if (delayMs <= 0 || this.#isOver) return;
    this.#silence = this.#parts.after(delayMs, () => {
      this.#silence = undefined;
      if (this.#isOver) return;
      const dueMs = this.#watchMs();
      const from = this.#link.isNew ? this.#openedAt : this.#bytesAt;
      const restMs = from + dueMs - this.#parts.now();
      if (restMs > 0) this.#watch(restMs);
      else if (this.#link.isNew) this.#close();
      else if (dueMs > 0) this.#reader.abandon((token) => this.#take(token));
    });
  }
}
