/**
 * Pages of an installed station for tests: the real client library in a worker, and what it is told, one after another.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { PageOrder, PagePost } from "./socket_io_page.ts";

/** Longest wait for something that must come, in milliseconds. */
const DEADLINE_MS = 20_000;

/** Things that arrive, to be awaited one after another. */
export class Inbox<T> {
  readonly #here: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  /** Takes something in. */
  put(item: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#here.push(item);
    else next(item);
  }

  /** The next thing, once it is there; fails if nothing comes in time. */
  next(): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const item = this.#here.shift();
    if (item !== undefined) resolve(item);
    else {
      const timer = setTimeout(
        () => reject(new Error("Nothing came in time")),
        DEADLINE_MS,
      );
      this.#waiting.push((next) => {
        clearTimeout(timer);
        resolve(next);
      });
    }
    return promise;
  }

  /** The next things. */
  async take(count: number): Promise<T[]> {
    const items: T[] = [];
    while (items.length < count) items.push(await this.next());
    return items;
  }

  /** How many are there already. */
  get size(): number {
    return this.#here.length;
  }
}

/** A page. */
export interface Page {
  /** Events with their one argument. */
  readonly events: Inbox<readonly [string, unknown]>;
  /** The transports that it came to use. */
  readonly transports: Inbox<string>;
}

/** Runs a test with a page that may use these transports. */
export async function withPage(
  server: { readonly url: string },
  transports: readonly ("polling" | "websocket")[],
  test: (page: Page) => Promise<void>,
): Promise<void> {
  const worker = new Worker(
    new URL("./socket_io_page.ts", import.meta.url),
    { type: "module" },
  );
  const order = (what: PageOrder) => worker.postMessage(what);
  const page: Page = { events: new Inbox(), transports: new Inbox() };
  const left = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<PagePost>) => {
    if (data === "failed") throw new Error("the page could not connect");
    if (data === "left") left.resolve();
    else if ("transport" in data) page.transports.put(data.transport);
    else {
      const [argument, ...more] = data.values;
      deepStrictEqual(more, []);
      page.events.put([data.event, argument]);
    }
  };
  order({ url: server.url, transports });
  try {
    await test(page);
  } finally {
    order("leave");
    await left.promise;
    worker.terminate();
  }
}
