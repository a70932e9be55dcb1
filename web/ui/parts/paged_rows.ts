/**
 * A long list of the node, read page by page as somebody scrolls, with a bound on what is held: pages far away are let go
 * and read again by their cursor.
 *
 * @module
 */
import {
  type Answer,
  type Problem,
  read,
  type WirePage,
  withQuery,
} from "../base/http.ts";

/** Rows of one page. */
export const PAGE_ROWS = 200;
/** The most pages held. */
export const PAGES_HELD_MAX = 50;

/** A page that was read once. */
interface HeldPage<T> {
  /** The cursor that reads it; undefined for the first. */
  readonly cursor: string | undefined;
  readonly count: number;
  /** Undefined once it was let go. */
  rows: readonly T[] | undefined;
}

/** What is asked of a list: its query without cursor and limit. */
export type ListQuery = Readonly<
  Record<string, string | number | boolean | undefined>
>;

/** A long list. */
export class PagedRows<T> {
  /** How many the whole list has, where the node knows it. */
  total: number | null = null;
  /** Why the last reading failed. */
  problem: Problem | undefined;
  readonly #path: string;
  readonly #query: ListQuery;
  readonly #changed: () => void;
  readonly #ended: AbortController = new AbortController();
  #pages: HeldPage<T>[] = [];
  #next: string | null | undefined;
  #reading = false;

  /**
   * Makes a list that has read nothing yet.
   *
   * @param path The route.
   * @param query What is asked.
   * @param changed Called whenever there is more to show.
   */
  constructor(path: string, query: ListQuery, changed: () => void) {
    this.#path = path;
    this.#query = query;
    this.#changed = changed;
  }

  /** Rows that are known of, held or not. */
  get length(): number {
    return this.#pages.reduce((sum, { count }) => sum + count, 0);
  }

  /** True once the end was reached. */
  get complete(): boolean {
    return this.#next === null;
  }

  /** True before the first page came. */
  get blank(): boolean {
    return this.#next === undefined;
  }

  /**
   * A row.
   *
   * @param index From 0.
   * @returns The row; undefined while it is not held.
   */
  row(index: number): T | undefined {
    return this.#pages[Math.floor(index / PAGE_ROWS)]?.rows?.[
      index % PAGE_ROWS
    ];
  }

  /**
   * Reads what a part of the list needs, and lets go of what is far from it.
   *
   * @param first The first row shown.
   * @param last The row behind the last one shown.
   */
  async need(first: number, last: number): Promise<void> {
    if (this.#reading || this.#ended.signal.aborted) return;
    const missing = this.#missing(first, last);
    if (missing === undefined) return;
    this.#reading = true;
    const answer = await this.#read(missing.cursor);
    this.#reading = false;
    if (this.#ended.signal.aborted) return;
    this.problem = answer.ok ? undefined : answer.problem;
    if (answer.ok) {
      this.#hold(missing, answer.value);
      this.#letGo(Math.floor(first / PAGE_ROWS));
    }
    this.#changed();
    if (answer.ok) await this.need(first, last);
  }

  /** Reads a whole page: a node that looks for what fits may answer in parts. */
  async #read(first: string | undefined): Promise<Answer<WirePage<T>>> {
    const items: T[] = [];
    let cursor: string | null | undefined = first;
    for (;;) {
      const answer: Answer<WirePage<T>> = await read<WirePage<T>>(
        withQuery(this.#path, {
          ...this.#query,
          limit: PAGE_ROWS - items.length,
          cursor,
        }),
        { signal: this.#ended.signal },
      );
      if (!answer.ok) return answer;
      items.push(...answer.value.items);
      cursor = answer.value.next;
      if (cursor === null || items.length >= PAGE_ROWS) {
        return { ...answer, value: { ...answer.value, items } };
      }
    }
  }

  /** Stops reading. */
  end(): void {
    this.#ended.abort();
  }

  #missing(
    first: number,
    last: number,
  ):
    | { readonly page: number; readonly cursor: string | undefined }
    | undefined {
    const from = Math.floor(first / PAGE_ROWS);
    const to = Math.floor(Math.max(last - 1, 0) / PAGE_ROWS);
    for (let page = from; page <= to && page < this.#pages.length; page++) {
      const held = this.#pages[page];
      if (held?.rows === undefined) return { page, cursor: held?.cursor };
    }
    if (to < this.#pages.length || this.#next === null) return undefined;
    return { page: this.#pages.length, cursor: this.#next };
  }

  #hold(
    { page, cursor }: {
      readonly page: number;
      readonly cursor: string | undefined;
    },
    { items, next, total }: WirePage<T>,
  ): void {
    this.total = total;
    const last = page === this.#pages.length;
    // A page that lies within the list keeps its size, or every row behind it would move.
    const count = last
      ? items.length
      : this.#pages[page]?.count ?? items.length;
    this.#pages[page] = { cursor, rows: items, count };
    if (last) this.#next = next;
  }

  #letGo(near: number): void {
    const far = this.#pages
      .map(({ rows }, page) => ({ rows, page }))
      .filter(({ rows }) => rows !== undefined)
      .sort((a, b) => Math.abs(b.page - near) - Math.abs(a.page - near));
    for (
      const { page } of far.slice(0, Math.max(0, far.length - PAGES_HELD_MAX))
    ) {
      const held = this.#pages[page];
      if (held !== undefined) held.rows = undefined;
    }
  }
}
