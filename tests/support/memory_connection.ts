/**
 * Connections without sockets: what one end writes the other reads a little later, on a clock that a test moves.
 *
 * @module
 */
import type { Clock } from "../../crdt/mod.ts";
import type { TcpConnection, TcpEnd, TcpReader } from "../../net/mod.ts";

/** How long bytes take, in milliseconds. */
const TRAVEL_MS = 1;

/** One end of a connection. */
export interface MemoryEnd extends TcpConnection {
  /** Ends it without another word, as a machine does that has lost its power: the other end notices. */
  destroy(): void;
}

/** Two ends of one connection. */
export function connectInMemory(
  clock: Pick<Clock, "timer">,
): readonly [MemoryEnd, MemoryEnd] {
  const one = new End(clock);
  const other = new End(clock);
  one.other = other;
  other.other = one;
  return [one, other];
}

class End implements MemoryEnd {
  readonly peer = { hostname: "memory", port: 0 };
  readonly pendingBytes = 0;
  other: End | undefined;
  readonly #clock: Pick<Clock, "timer">;
  #reader: TcpReader | undefined;
  #isOver = false;
  /** What came before somebody read. */
  readonly #early: (() => void)[] = [];

  constructor(clock: Pick<Clock, "timer">) {
    this.#clock = clock;
  }

  start(reader: TcpReader): void {
    this.#reader = reader;
    for (const arrive of this.#early.splice(0)) arrive();
  }

  write(bytes: Uint8Array, flushed?: () => void): boolean {
    if (this.#isOver) return false;
    this.#later((reader) => void reader.chunk(bytes));
    flushed?.();
    return true;
  }

  endWriting(): void {
    this.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.#later((reader) => {
      void reader.ended?.();
      this.other?.finish("ended");
    });
    this.finish("closed");
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#later(() => this.other?.finish("reset"));
    this.finish("closed");
  }

  /** It is over at this end. */
  finish(why: TcpEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader?.closed(why);
  }

  #later(arrive: (reader: TcpReader) => void): void {
    const { other } = this;
    this.#clock.timer(TRAVEL_MS, () => other?.take(arrive));
  }

  take(arrive: (reader: TcpReader) => void): void {
    if (this.#isOver) return;
    const reader = this.#reader;
    if (reader === undefined) this.#early.push(() => this.take(arrive));
    else arrive(reader);
  }
}
