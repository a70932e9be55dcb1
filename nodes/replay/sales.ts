/**
 * Lines that belong together become one sale, in bounded memory. A basket of more lines than a sale may have becomes
 * several sales.
 *
 * @module
 */
import { type FactId, LINES_MAX } from "../../crdt/mod.ts";
import { timedFactId } from "./ids.ts";
import type { SaleRow } from "./lines.ts";

/** A sale of the file. */
export interface FileSale {
  /** Its id: the same whenever the file is read. */
  readonly id: FactId;
  /** The store's name in the file. */
  readonly store: string;
  /** When it happened, in microseconds since 1970. */
  readonly at: number;
  /** Its lines in the file's order, at least one. */
  readonly lines: readonly SaleRow[];
}

/** How far apart two neighboring lines of a basket may be, in lines, if nobody says otherwise. */
export const WINDOW_LINES = 2000;

/** The most baskets that are open at a time. */
export const OPEN_BASKETS_MAX = 10_000;

/** Which sales are wanted. */
export interface GroupOptions {
  /** Sales that begin in this many first lines are left out. */
  readonly offset?: number;
  /** Of the others, those that begin in this many lines are taken; all if left out. */
  readonly limit?: number;
  /** How far apart two neighboring lines of a basket may be, in lines. */
  readonly window?: number;
}

/** Groups lines into sales. */
export interface SaleGrouper {
  /** True once no wanted sale can come any more. */
  readonly done: boolean;
  /** True while lines that begin a sale are wanted. */
  readonly inRange: boolean;
  /** True if the sale of this line is wanted. */
  wants(line: SaleRow): boolean;
  /**
   * Takes the next line.
   *
   * @param line A line.
   * @returns The sales that are complete now.
   */
  push(line: SaleRow): readonly FileSale[];
  /**
   * Ends the file.
   *
   * @returns The sales that were still open.
   */
  finish(): readonly FileSale[];
}

/** A basket that may still get lines. */
interface OpenBasket {
  readonly key: string;
  readonly wanted: boolean;
  lastPlace: number;
  part: number;
  lines: SaleRow[];
}

/**
 * Makes a grouper. Lines with the same store, basket and time are one sale; the lines of a basket need not stand
 * together, but a basket is complete once no line of it came for `window` lines.
 *
 * A sale belongs to the place where it begins, so that `offset` and `limit` never cut one: the same sale has the same
 * id and the same lines whatever part of the file is replayed.
 *
 * @param options Which sales are wanted.
 * @returns The grouper.
 */
export function createSaleGrouper(options: GroupOptions = {}): SaleGrouper {
  return new WindowGrouper(options);
}

class WindowGrouper implements SaleGrouper {
  readonly #from: number;
  readonly #before: number;
  readonly #window: number;
  /** In the order of their last line. */
  readonly #open = new Map<string, OpenBasket>();
  #place = 0;
  #wantedOpen = 0;

  constructor(options: GroupOptions) {
    this.#from = options.offset ?? 0;
    this.#before = this.#from + (options.limit ?? Infinity);
    this.#window = options.window ?? WINDOW_LINES;
  }

  get done(): boolean {
    return this.#place >= this.#before && this.#wantedOpen === 0;
  }

  get inRange(): boolean {
    return this.#place >= this.#from && this.#place < this.#before;
  }

  wants(line: SaleRow): boolean {
    return this.#open.get(keyOf(line))?.wanted ?? this.inRange;
  }

  push(line: SaleRow): readonly FileSale[] {
    const complete: FileSale[] = [];
    const key = keyOf(line);
    const basket = this.#open.get(key) ?? this.#begin(key);
    basket.lastPlace = this.#place++;
    this.#open.delete(key);
    this.#open.set(key, basket);
    if (basket.wanted) {
      basket.lines.push(line);
      if (basket.lines.length === LINES_MAX) {
        complete.push(...saleOf(basket));
        [basket.part, basket.lines] = [basket.part + 1, []];
      }
    }
    this.#close(complete);
    return complete;
  }

  finish(): readonly FileSale[] {
    const complete = [...this.#open.values()].flatMap(saleOf);
    this.#open.clear();
    this.#wantedOpen = 0;
    this.#place = Math.max(this.#place, this.#before);
    return complete;
  }

  #begin(key: string): OpenBasket {
    const wanted = this.inRange;
    if (wanted) this.#wantedOpen++;
    return { key, wanted, lastPlace: 0, part: 0, lines: [] };
  }

  /** Completes the baskets that got no line for long, and the oldest where there are too many. */
  #close(complete: FileSale[]): void {
    for (const [key, basket] of this.#open) {
      const recent = this.#place - basket.lastPlace <= this.#window;
      if (recent && this.#open.size <= OPEN_BASKETS_MAX) return;
      this.#open.delete(key);
      if (basket.wanted) this.#wantedOpen--;
      complete.push(...saleOf(basket));
    }
  }
}

function keyOf(line: SaleRow): string {
  return `${line.store}\u0000${line.basket}\u0000${line.at}`;
}

function saleOf(basket: OpenBasket): FileSale[] {
  const [first] = basket.lines;
  if (first === undefined) return [];
  const { store, at } = first;
  const part = basket.part === 0 ? [] : [String(basket.part)];
  const parts = ["replay", store, first.basket, String(at), ...part];
  return [{
    id: timedFactId(parts, Math.floor(at / 1000)),
    store,
    at,
    lines: basket.lines,
  }];
}
