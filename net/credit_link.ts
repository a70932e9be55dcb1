/**
 * A link's flow control, whatever carries its frames: credit by acknowledgements, a bounded queue, signs of life and
 * the two ways in which an unresponsive peer is noticed. The byte streams below push back on nobody (libp2p reads as
 * fast as it can), so the receiving node itself says what it has consumed.
 *
 * @module
 */
import type { Clock, Timer } from "../crdt/clock.ts";
import { PanalError } from "../crdt/errors.ts";
import type { PeerId } from "../crdt/ids.ts";
import { FRAME_HEADER_BYTES } from "./frame.ts";
import {
  FRAME_BYTES_MAX,
  LINK_QUEUE_BYTES_MAX,
  LINK_STALL_MS_MAX,
  LINK_WINDOW_BYTES,
} from "./limits.ts";
import type { Link, TransportEvents } from "./transport.ts";

/** Credit is returned at once when it reaches this many bytes: an eighth of the window keeps a bulk sender going. */
export const CREDIT_BATCH_BYTES = LINK_WINDOW_BYTES / 8;
/** Smaller credit waits this long for more of it, in milliseconds, so that small frames do not double the traffic. */
export const CREDIT_DELAY_MS = 25;
/** A timer that fires later than this was held up by the own process: the peer is given that time too. */
const OWN_DELAY_MS_MAX = 1_000;

/** What carries a link's frames to the other end, in order. */
export interface FramePort {
  /**
   * Hands a data frame on. At most `LINK_WINDOW_BYTES`, or one longer frame, are handed on and not acknowledged.
   *
   * @param frame 1 to `FRAME_BYTES_MAX` bytes.
   */
  data(frame: Uint8Array): void;
  /**
   * Hands an acknowledgement on.
   *
   * @param bytes What was consumed; 0 is a sign of life.
   */
  credit(bytes: number): void;
  /**
   * Ends the connection once what was handed on is on its way.
   *
   * @param reason Why.
   */
  close(reason: string): void;
}

/** What a link is made of. */
export interface CreditLinkInit {
  /** The other peer. */
  readonly peer: PeerId;
  /** The other end's address. */
  readonly address: string;
  /** True if this node dialed. */
  readonly outbound: boolean;
  /** Measures silence and stalls. */
  readonly clock: Clock;
  /** Carries the frames. */
  readonly port: FramePort;
  /** Whom to tell. `unlinked` is called once, from within the call that ends the link. */
  readonly events: Pick<TransportEvents, "received" | "drained" | "unlinked">;
  /** How long the other end may be silent, or consume nothing; `LINK_STALL_MS_MAX` if left out. */
  readonly stallMs?: number;
}

/**
 * What one frame counts against the window.
 *
 * @param frame A frame.
 * @returns Its bytes with the header, so that a flood of tiny frames is bounded too.
 */
export function frameCost(frame: Uint8Array): number {
  return frame.length + FRAME_HEADER_BYTES;
}

/** A link whose owner feeds it with what arrives. */
export class CreditLink implements Link {
  readonly peer: PeerId;
  readonly address: string;
  readonly outbound: boolean;
  readonly #clock: Clock;
  readonly #port: FramePort;
  readonly #events: CreditLinkInit["events"];
  readonly #stallMs: number;
  #closed = false;
  // Sending.
  #queue: Uint8Array[] = [];
  #queueHead = 0;
  #queuedBytes = 0;
  #inFlightBytes = 0;
  #wasFull = false;
  // Receiving.
  #unsettledBytes = 0;
  #creditDueBytes = 0;
  #creditTimer: Timer | undefined;
  // Signs of life.
  #saidMs: number;
  #heardMs: number;
  #progressMs: number;
  #watchDueMs = 0;
  #watch: Timer | undefined;

  /**
   * Makes a link; `start` begins to watch it.
   *
   * @param init Its parts.
   */
  constructor(init: CreditLinkInit) {
    this.peer = init.peer;
    this.address = init.address;
    this.outbound = init.outbound;
    this.#clock = init.clock;
    this.#port = init.port;
    this.#events = init.events;
    this.#stallMs = init.stallMs ?? LINK_STALL_MS_MAX;
    const now = init.clock.monotonic();
    [this.#saidMs, this.#heardMs, this.#progressMs] = [now, now, now];
  }

  /** Begins to watch for silence and stalls. */
  start(): void {
    this.#armWatch(this.#clock.monotonic());
  }

  /** True once the link has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  get pendingBytes(): number {
    return this.#queuedBytes + this.#inFlightBytes;
  }

  get writable(): boolean {
    return !this.#closed && this.pendingBytes < LINK_WINDOW_BYTES;
  }

  send(frame: Uint8Array): void {
    const cost = this.#checkSend(frame);
    if (this.pendingBytes === 0) this.#progressMs = this.#clock.monotonic();
    if (this.#queuedBytes === 0 && this.#fits(cost)) {
      this.#handOn(frame, cost);
    } else {
      this.#queue.push(frame);
      this.#queuedBytes += cost;
    }
    if (this.pendingBytes >= LINK_WINDOW_BYTES) this.#wasFull = true;
  }

  close(reason: string): void {
    this.end(reason);
  }

  /**
   * Ends the link: what is queued and not handed on is dropped, `unlinked` is called. A second call does nothing.
   *
   * @param reason Why, for the log.
   */
  end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.cancel();
    this.#creditTimer?.cancel();
    this.#queue = [];
    this.#queueHead = 0;
    this.#queuedBytes = 0;
    this.#inFlightBytes = 0;
    this.#port.close(reason);
    this.#events.unlinked(this, reason);
  }

  /**
   * Takes in a data frame from the other end and hands it to the node.
   *
   * @param frame The frame; one beyond the window ends the link.
   */
  takeData(frame: Uint8Array): void {
    if (this.#closed) return;
    const cost = frameCost(frame);
    this.#heardMs = this.#clock.monotonic();
    const held = this.#unsettledBytes + this.#creditDueBytes;
    if (held > 0 && held + cost > LINK_WINDOW_BYTES) {
      this.end("protocol violation: more was sent than the window allows");
      return;
    }
    this.#unsettledBytes += cost;
    const handled = this.#events.received(this, frame);
    if (handled === undefined) this.#settle(cost);
    else {
      const settle = () => this.#settle(cost);
      handled.then(settle, settle);
    }
  }

  /**
   * Takes in an acknowledgement from the other end.
   *
   * @param bytes What it consumed; more than is on the way ends the link.
   */
  takeCredit(bytes: number): void {
    if (this.#closed) return;
    const now = this.#clock.monotonic();
    this.#heardMs = now;
    if (bytes === 0) return;
    if (bytes > this.#inFlightBytes) {
      this.end("protocol violation: more was acknowledged than was sent");
      return;
    }
    this.#progressMs = now;
    this.#inFlightBytes -= bytes;
    this.#pump();
    if (this.#wasFull && this.writable) {
      this.#wasFull = false;
      this.#events.drained(this);
    }
  }

  #checkSend(frame: Uint8Array): number {
    const to = `Cannot send ${frame.length} bytes to ${this.peer}`;
    if (this.#closed) {
      throw new PanalError("link_closed", `${to}: the link is closed`);
    }
    if (frame.length === 0) {
      throw new PanalError("invalid_argument", `${to}: a frame has content`);
    }
    if (frame.length > FRAME_BYTES_MAX) {
      throw new PanalError(
        "frame_too_large",
        `${to}: a frame has at most ${FRAME_BYTES_MAX}`,
      );
    }
    const cost = frameCost(frame);
    if (this.pendingBytes + cost > LINK_QUEUE_BYTES_MAX) {
      this.end("overflow: the other end takes too little");
      throw new PanalError("link_overflow", `${to}: its queue is full`);
    }
    return cost;
  }

  /** One frame that is longer than the window travels alone. */
  #fits(cost: number): boolean {
    return this.#inFlightBytes === 0 ||
      this.#inFlightBytes + cost <= LINK_WINDOW_BYTES;
  }

  #handOn(frame: Uint8Array, cost: number): void {
    this.#inFlightBytes += cost;
    this.#saidMs = this.#clock.monotonic();
    // Credit that is due travels with data for free.
    if (this.#creditDueBytes > 0) this.#returnCredit();
    this.#port.data(frame);
  }

  #pump(): void {
    while (!this.#closed && this.#queuedBytes > 0) {
      const frame = this.#queue[this.#queueHead];
      if (frame === undefined) return;
      const cost = frameCost(frame);
      if (!this.#fits(cost)) return;
      this.#queueHead++;
      this.#queuedBytes -= cost;
      if (this.#queueHead > 64 && this.#queueHead * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#queueHead);
        this.#queueHead = 0;
      }
      this.#handOn(frame, cost);
    }
  }

  #settle(cost: number): void {
    if (this.#closed) return;
    this.#unsettledBytes -= cost;
    this.#creditDueBytes += cost;
    if (this.#creditDueBytes >= CREDIT_BATCH_BYTES) this.#returnCredit();
    else {
      this.#creditTimer ??= this.#clock.timer(
        CREDIT_DELAY_MS,
        () => this.#returnCredit(),
      );
    }
  }

  #returnCredit(): void {
    this.#creditTimer?.cancel();
    this.#creditTimer = undefined;
    const bytes = this.#creditDueBytes;
    this.#creditDueBytes = 0;
    this.#say(bytes);
  }

  #say(creditBytes: number): void {
    this.#saidMs = this.#clock.monotonic();
    this.#port.credit(creditBytes);
  }

  #onWatch(): void {
    const now = this.#clock.monotonic();
    const lateMs = now - this.#watchDueMs;
    if (lateMs > OWN_DELAY_MS_MAX) {
      this.#heardMs += lateMs;
      this.#progressMs += lateMs;
    }
    if (now - this.#heardMs >= this.#stallMs) {
      this.end(`silent: nothing was heard for ${this.#stallMs} ms`);
      return;
    }
    if (this.pendingBytes > 0 && now - this.#progressMs >= this.#stallMs) {
      this.end(`stalled: nothing was consumed for ${this.#stallMs} ms`);
      return;
    }
    if (now - this.#saidMs >= this.#stallMs / 3) this.#say(0);
    if (!this.#closed) this.#armWatch(now);
  }

  #armWatch(now: number): void {
    this.#watchDueMs = Math.min(
      this.#saidMs + this.#stallMs / 3,
      this.#heardMs + this.#stallMs,
      this.pendingBytes > 0 ? this.#progressMs + this.#stallMs : Infinity,
    );
    const delayMs = Math.max(1, Math.ceil(this.#watchDueMs - now));
    this.#watch = this.#clock.timer(delayMs, () => this.#onWatch());
  }
}
