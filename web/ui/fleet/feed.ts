/**
 * What happens in a company, as it happens, and how far a person has read it. The node keeps both: nothing is missed while
 * nobody looks.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  type Answer,
  change,
  type Problem,
  read,
  withQuery,
} from "../base/http.ts";
import type { LinkState } from "../base/live.ts";
import { knowledge } from "../base/session.ts";
import type { Feed, FeedItem } from "../wire_types.ts";
import { companyPath } from "./paths.ts";

/** Items that are read at once. */
const PAGE_ITEMS = 100;
/** The most items held; older ones are the journal's. */
const ITEMS_MAX = 2_000;
/** Items that are counted as not read; beyond that it says so. */
const COUNTED_MAX = 1_000;
/** Milliseconds between attempts. */
const RETRY_MS = 3_000;

interface State {
  /** The latest first. */
  readonly items: readonly FeedItem[];
  /** Numbers of items that the person has not read. */
  readonly waiting: ReadonlySet<number>;
  /** True if more were not read than were counted. */
  readonly uncounted: boolean;
  /** True if there are older items than those held. */
  readonly more: boolean;
  /** True once the first items came. */
  readonly known: boolean;
  readonly link: LinkState;
  readonly problem: Problem | undefined;
}

/** A company's feed as one person sees it. */
export interface CompanyFeed extends Omit<State, "waiting"> {
  readonly unread: number;
  /** Whether the person has not read an item. */
  isNew(item: FeedItem): boolean;
  /** Reads older items. */
  earlier(): Promise<void>;
  /** Says that the person has read everything up to an item. */
  acknowledge(number: number): Promise<Answer<unknown>>;
}

const BLANK: State = {
  items: [],
  waiting: new Set(),
  uncounted: false,
  more: false,
  known: false,
  link: "connecting",
  problem: undefined,
};

/** How the node knows the person; where nobody signs in, all are one. */
function subscriber(): string {
  const { user } = knowledge.value;
  return user === null ? "pages" : `user:${user.id}`;
}

/**
 * Follows a company's feed while a component is shown.
 *
 * @param company Its number.
 * @returns What is known.
 */
export function useFeed(company: string): CompanyFeed {
  const state = useSignal<State>(BLANK);
  const reader = useRef<FeedReader>();
  const who = subscriber();
  useEffect(() => {
    const own = new FeedReader(companyPath(company, "feed"), who, state);
    reader.current = own;
    own.start();
    return () => own.stop();
  }, [company, who]);
  const { waiting, ...shown } = state.value;
  return {
    ...shown,
    unread: waiting.size,
    isNew: ({ number }) => waiting.has(number),
    earlier: async () => await reader.current?.earlier(),
    acknowledge: (number) =>
      reader.current?.acknowledge(number) ??
        Promise.resolve({ ok: true, status: 200, value: undefined }),
  };
}

class FeedReader {
  readonly #path: string;
  readonly #who: string;
  readonly #state: Signal<State>;
  readonly #ended = new AbortController();
  #source: EventSource | undefined;
  #timer: number | undefined;

  constructor(path: string, who: string, state: Signal<State>) {
    this.#path = path;
    this.#who = who;
    this.#state = state;
  }

  start(): void {
    this.#state.value = BLANK;
    document.addEventListener("visibilitychange", this.#seen);
    void this.#begin();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  /** A hidden page lets go of its connection: a browser has only six for a node. */
  readonly #seen = () => {
    if (document.hidden) this.#close();
    else if (this.#state.peek().known) this.#open();
  };

  async earlier(): Promise<void> {
    const last = this.#state.peek().items.at(-1)?.number;
    const page = await this.#read({ before: last, limit: PAGE_ITEMS });
    if (page?.ok !== true) return;
    const { items, ...rest } = this.#state.peek();
    this.#state.value = {
      ...rest,
      items: [...items, ...page.value.items].slice(0, ITEMS_MAX),
      more: page.value.items.length === PAGE_ITEMS &&
        items.length + PAGE_ITEMS < ITEMS_MAX,
    };
  }

  async acknowledge(number: number): Promise<Answer<unknown>> {
    const answer = await change<{ readonly number: number }>(
      "POST",
      `${this.#path}/acknowledgements`,
      { subscriber: this.#who, number },
    );
    if (!answer.ok) return answer;
    const upTo = answer.value.number;
    const { waiting, items, uncounted, ...rest } = this.#state.peek();
    this.#state.value = {
      ...rest,
      items,
      waiting: new Set([...waiting].filter((one) => one > upTo)),
      uncounted: uncounted && upTo < (items[0]?.number ?? 0),
    };
    return answer;
  }

  #read(
    query: Readonly<Record<string, string | number | undefined>>,
  ): Promise<Answer<Feed> | undefined> {
    return read<Feed>(withQuery(this.#path, query), {
      signal: this.#ended.signal,
    }).then((answer) => this.#ended.signal.aborted ? undefined : answer);
  }

  /** What was not read and what is there, then what comes. */
  async #begin(): Promise<void> {
    const unread = await this.#read({
      subscriber: this.#who,
      limit: COUNTED_MAX,
    });
    const latest = unread?.ok === true
      ? await this.#read({
        before: Number.MAX_SAFE_INTEGER,
        limit: PAGE_ITEMS,
      })
      : unread;
    if (unread === undefined || latest === undefined) return;
    if (!unread.ok || !latest.ok) {
      const problem = unread.ok
        ? latest.ok ? undefined : latest.problem
        : unread.problem;
      this.#state.value = { ...this.#state.peek(), link: "lost", problem };
      this.#timer = setTimeout(() => void this.#begin(), RETRY_MS);
      return;
    }
    const read = unread.value.acknowledged ?? 0;
    const numbers = [...unread.value.items, ...latest.value.items]
      .map(({ number }) => number).filter((number) => number > read);
    this.#state.value = {
      items: latest.value.items,
      waiting: new Set(numbers),
      uncounted: unread.value.items.length === COUNTED_MAX,
      more: latest.value.items.length === PAGE_ITEMS,
      known: true,
      link: "connecting",
      problem: undefined,
    };
    if (!document.hidden) this.#open();
  }

  #open(): void {
    if (this.#source !== undefined) return;
    // Not as the subscriber: a browser that comes again would say that the person has read what it was sent.
    const after = this.#state.peek().items[0]?.number ?? 0;
    const source = new EventSource(
      withQuery(`${this.#path}/events`, { after }),
    );
    this.#source = source;
    source.onopen = () => this.#link("live");
    source.onerror = () => {
      this.#link("lost");
      if (source.readyState !== EventSource.CLOSED) return;
      this.#source = undefined;
      this.#timer = setTimeout(() => document.hidden || this.#open(), RETRY_MS);
    };
    source.addEventListener(
      "feed",
      (event) => this.#add(JSON.parse(event.data) as FeedItem),
    );
  }

  #close(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #link(link: LinkState): void {
    this.#state.value = { ...this.#state.peek(), link };
  }

  #add(item: FeedItem): void {
    const { items, waiting, ...rest } = this.#state.peek();
    if (item.number <= (items[0]?.number ?? 0)) return;
    this.#state.value = {
      ...rest,
      items: [item, ...items].slice(0, ITEMS_MAX),
      waiting: new Set([...waiting, item.number]),
    };
  }
}
