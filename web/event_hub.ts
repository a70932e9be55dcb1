/**
 * Sends changes of views to many readers as server-sent events, with a bounded queue for each.
 *
 * The hub listens to the node only while somebody reads, and forms each event's text once for all readers.
 *
 * @module
 */
import { type Clock, err, ok, type Result, type Timer } from "../crdt/mod.ts";
import type { Refusal, UseCases, ViewChange } from "../nodes/mod.ts";

/** The most readers at one time. */
export const EVENT_READERS_MAX = 256;
/** The most events that wait for one reader. */
export const EVENTS_QUEUED_MAX = 4096;
/** Milliseconds between two comments that keep a quiet connection open. */
export const KEEP_ALIVE_MS = 15_000;
/** Milliseconds that a reader that was cut off has to take its last event. */
export const LAST_EVENT_MS = 10_000;

/** Sends changes of views to readers. */
export interface EventHub {
  /**
   * Opens a stream of events from now on. Refusals: `overloaded`, `node_stopping`.
   *
   * @param mayRead Asked every 15 seconds whether the reader may still read; its stream ends once it may not.
   */
  open(mayRead?: () => boolean): Result<ReadableStream<Uint8Array>, Refusal>;
}

/** What a hub works with. */
export interface EventHubOptions {
  /** Measures the keep-alive. */
  readonly clock: Clock;
  /** Ends all streams when it aborts, so that they do not hold up a stop. */
  readonly signal?: AbortSignal;
}

const encoder = new TextEncoder();
const GREETING = encoder.encode("retry: 2000\n: connected\n\n");
const KEEP_ALIVE = encoder.encode(": keep-alive\n\n");
const OVERRUN = encoder.encode("event: overrun\ndata: {}\n\n");

function eventOf(change: ViewChange): Uint8Array {
  const { sequence, view, key } = change;
  return encoder.encode(
    `event: change\nid: ${sequence}\ndata: ${
      JSON.stringify({ sequence, view, key })
    }\n\n`,
  );
}

/** One reader's queue, and the stream that empties it. */
class EventReader {
  readonly stream: ReadableStream<Uint8Array>;
  #queue: Uint8Array[] = [GREETING];
  #ended = false;
  #waiting: (() => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #onClosed: () => void;
  /** Whether it may still read. */
  readonly mayRead: () => boolean;

  constructor(onClosed: () => void, mayRead: () => boolean) {
    this.#onClosed = onClosed;
    this.mayRead = mayRead;
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#close(),
    }, { highWaterMark: 0 });
  }

  /** Queues an event; false if the queue is full. */
  send(event: Uint8Array): boolean {
    if (this.#queue.length >= EVENTS_QUEUED_MAX) return false;
    this.#queue.push(event);
    this.#wake();
    return true;
  }

  /** Drops what waits, gives a last event and ends once it is taken. */
  cutOff(last: Uint8Array): void {
    this.#queue = [last];
    this.end();
  }

  /** Ends once everything queued is taken. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Ends at once, whatever waits. */
  abandon(): void {
    if (this.#controller === undefined) return;
    this.#controller.error(new DOMException("not read", "AbortError"));
    this.#close();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    if (this.#queue.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    if (this.#controller === undefined) return;
    if (this.#queue.length > 0) {
      controller.enqueue(joined(this.#queue));
      this.#queue = [];
    }
    if (this.#ended) {
      controller.close();
      this.#close();
    }
  }

  #close(): void {
    this.#controller = undefined;
    this.#queue = [];
    this.#ended = true;
    this.#wake();
    this.#onClosed();
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(
    chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  );
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/**
 * Makes a hub.
 *
 * @param useCases The node whose changes it sends.
 * @param options Its clock, and a signal that ends it.
 * @returns The hub.
 */
export function createEventHub(
  useCases: Pick<UseCases, "subscribe">,
  options: EventHubOptions,
): EventHub {
  const { clock, signal } = options;
  const readers = new Set<EventReader>();
  let unsubscribe: (() => void) | undefined;
  let keepAlive: Timer | undefined;

  function broadcast(event: Uint8Array): void {
    for (const reader of readers) {
      if (!reader.send(event)) cutOff(reader);
    }
  }

  function tick(): void {
    keepAlive = clock.timer(KEEP_ALIVE_MS, tick);
    for (const reader of readers) {
      if (!reader.mayRead()) dismiss(reader);
    }
    broadcast(KEEP_ALIVE);
  }

  function leave(reader: EventReader): void {
    if (!readers.delete(reader) || readers.size > 0) return;
    unsubscribe?.();
    keepAlive?.cancel();
    unsubscribe = keepAlive = undefined;
  }

  /** Frees the reader's place at once; its connection has a while to take what it is still given. */
  function release(reader: EventReader): void {
    const timer = clock.timer(LAST_EVENT_MS, () => reader.abandon());
    endings.set(reader, timer);
    leave(reader);
  }

  function cutOff(reader: EventReader): void {
    release(reader);
    reader.cutOff(OVERRUN);
  }

  /** Who may not read any more comes again, and is asked who it is. */
  function dismiss(reader: EventReader): void {
    release(reader);
    reader.end();
  }
  const endings = new Map<EventReader, Timer>();

  function closed(reader: EventReader): void {
    endings.get(reader)?.cancel();
    endings.delete(reader);
    leave(reader);
  }

  signal?.addEventListener("abort", () => {
    for (const reader of [...readers]) reader.end();
    for (const reader of [...endings.keys()]) reader.abandon();
  }, { once: true });

  return {
    open(mayRead = () => true) {
      if (signal?.aborted) {
        return err({
          code: "node_stopping",
          message: "Cannot send events: the node is stopping",
        });
      }
      if (readers.size >= EVENT_READERS_MAX) {
        return err({
          code: "overloaded",
          message: `Cannot send events: ${EVENT_READERS_MAX} clients read them`,
        });
      }
      const reader = new EventReader(() => closed(reader), mayRead);
      readers.add(reader);
      unsubscribe ??= useCases.subscribe((change) =>
        broadcast(eventOf(change))
      );
      keepAlive ??= clock.timer(KEEP_ALIVE_MS, tick);
      return ok(reader.stream);
    },
  };
}
