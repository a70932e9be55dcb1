/**
 * Sends feeds that a node keeps on its disk to readers as they grow, as server-sent events.
 *
 * No queue stands between the disk and a reader: each reads on when it has taken what it was given. So a slow reader
 * costs no memory, and one that was away loses nothing.
 *
 * @module
 */
import {
  type Clock,
  err,
  ok,
  PanalError,
  type Result,
  type Timer,
} from "../crdt/mod.ts";
import type { Refusal, UseCases } from "../nodes/mod.ts";
import { KEEP_ALIVE_MS } from "./event_hub.ts";

/** The most readers at one time. */
export const FEED_READERS_MAX = 256;
/** Milliseconds in which changes are taken together before readers look for them. */
export const FEED_WAKE_MS = 20;
/** After how many comments that it did not take a reader is cut off: a minute. */
export const FEED_IGNORED_MAX = 4;

/** What a reader reads. It knows where its reader is. */
export interface FeedSource {
  /** The events that come next, as text, and goes on behind them; undefined where there are no more yet. */
  next(): string | undefined;
  /** Asked every 15 seconds whether the reader may still read; its stream ends once it may not. */
  mayRead(): boolean;
  /**
   * Has its reader woken by other things than changes of views.
   *
   * @param wake Looks whether there is more.
   * @returns A function that ends it.
   */
  attach?(wake: () => void): () => void;
}

/** Opens streams of feeds. */
export interface FeedStreams {
  /** Opens one. Refusals: `overloaded`, `node_stopping`. */
  open(source: FeedSource): Result<ReadableStream<Uint8Array>, Refusal>;
}

/** What streams work with. */
export interface FeedStreamOptions {
  /** Measures the comments. */
  readonly clock: Clock;
  /** Ends all streams when it aborts. */
  readonly signal?: AbortSignal;
}

const encoder = new TextEncoder();
const GREETING = encoder.encode("retry: 2000\n: connected\n\n");
const KEEP_ALIVE = encoder.encode(": keep-alive\n\n");

/** One reader and its place. */
class FeedReader {
  readonly stream: ReadableStream<Uint8Array>;
  readonly source: FeedSource;
  readonly #onClosed: () => void;
  #detach: (() => void) | undefined;
  #comment: Uint8Array | undefined = GREETING;
  #ignored = 0;
  #ended = false;
  #waiting: (() => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(source: FeedSource, onClosed: () => void) {
    this.source = source;
    this.#onClosed = onClosed;
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#detach = source.attach?.(() => this.wake());
      },
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#close(),
    }, { highWaterMark: 0 });
  }

  /** Looks whether there is more, if it has taken all that it was given. */
  wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  /** Offers a comment; false if it has taken nothing for too long. */
  keepAlive(): boolean {
    if (this.#waiting === undefined) this.#ignored += 1;
    this.#comment ??= KEEP_ALIVE;
    this.wake();
    return this.#ignored < FEED_IGNORED_MAX;
  }

  /** Ends once what was read is taken. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  /** Ends at once. */
  abandon(): void {
    this.#controller?.error(new DOMException("not read", "AbortError"));
    this.#close();
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    this.#ignored = 0;
    const chunk = await this.#wait();
    if (this.#controller === undefined) return;
    if (chunk !== undefined) return controller.enqueue(chunk);
    controller.close();
    this.#close();
  }

  /** What is to be sent once there is something; a reader whose reading fails gives its place to others and comes again. */
  async #wait(): Promise<Uint8Array | undefined> {
    try {
      let chunk = this.#next();
      while (chunk === undefined && !this.#ended) {
        await new Promise<void>((resolve) => this.#waiting = resolve);
        chunk = this.#next();
      }
      return chunk;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  /** What is to be sent now; undefined if there is nothing. */
  #next(): Uint8Array | undefined {
    const comment = this.#comment;
    this.#comment = undefined;
    if (comment !== undefined || this.#ended) return comment;
    const text = this.source.next();
    return text === undefined ? undefined : encoder.encode(text);
  }

  #close(): void {
    this.#detach?.();
    this.#detach = this.#controller = undefined;
    this.#ended = true;
    this.wake();
    this.#onClosed();
  }
}

/**
 * Makes streams of feeds. They listen to the node only while somebody reads.
 *
 * @param useCases The node, whose changes say when to look.
 * @param options Its clock, and a signal that ends the streams.
 * @returns The streams.
 */
export function createFeedStreams(
  useCases: Pick<UseCases, "subscribe">,
  { clock, signal }: FeedStreamOptions,
): FeedStreams {
  const readers = new Set<FeedReader>();
  let unsubscribe: (() => void) | undefined;
  let keepAlive: Timer | undefined;
  let waking: Timer | undefined;

  function changed(): void {
    waking ??= clock.timer(FEED_WAKE_MS, () => {
      waking = undefined;
      for (const reader of readers) reader.wake();
    });
  }

  function tick(): void {
    keepAlive = clock.timer(KEEP_ALIVE_MS, tick);
    for (const reader of [...readers]) {
      if (!reader.source.mayRead()) reader.end();
      if (!reader.keepAlive()) reader.abandon();
    }
  }

  function closed(reader: FeedReader): void {
    if (!readers.delete(reader) || readers.size > 0) return;
    unsubscribe?.();
    keepAlive?.cancel();
    waking?.cancel();
    unsubscribe = keepAlive = waking = undefined;
  }

  signal?.addEventListener("abort", () => {
    for (const reader of [...readers]) reader.end();
  }, { once: true });

  return {
    open(source) {
      if (signal?.aborted) return err(stopping());
      if (readers.size >= FEED_READERS_MAX) return err(full());
      const made = attached(() => new FeedReader(source, () => closed(reader)));
      if (!made.ok) return made;
      const reader: FeedReader = made.value;
      readers.add(reader);
      unsubscribe ??= useCases.subscribe(changed);
      keepAlive ??= clock.timer(KEEP_ALIVE_MS, tick);
      return ok(reader.stream);
    },
  };
}

/** A reader, unless what it listens to has no room for it. */
function attached(make: () => FeedReader): Result<FeedReader, Refusal> {
  try {
    return ok(make());
  } catch (error) {
    if (!(error instanceof PanalError)) throw error;
    return err({ code: error.code, message: error.message });
  }
}

function stopping(): Refusal {
  return {
    code: "node_stopping",
    message: "Cannot send a feed: the node is stopping",
  };
}

function full(): Refusal {
  return {
    code: "overloaded",
    message: `Cannot send a feed: ${FEED_READERS_MAX} clients read feeds`,
  };
}
