/**
 * Pumps as they are now, one signal each: sixty pumps that deliver at the same time redraw their own tiles alone, all of
 * a reading within one frame.
 *
 * @module
 */
import {
  batch,
  computed,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Pump } from "../wire_types.ts";
import { type Problem, read, type WirePage, withQuery } from "../base/http.ts";
import { onChanges } from "../base/live.ts";

/** The least time between two readings, in milliseconds: pumps tell of themselves far more often than eyes follow. */
export const READ_MS = 400;
/** A reading without any news, in milliseconds: links can be lost without a word. */
const QUIET_MS = 5_000;
/** Milliseconds until another attempt after one that failed. */
const RETRY_MS = 3_000;
const PAGE_PUMPS = 1_000;
/** The most pumps of one wall. */
const PUMPS_MAX = 5_000;
const VIEWS = ["pumps", "directory", "transactions"];

/** One pump of the wall. */
export interface PumpCell {
  /** Unique among the pumps of all sites. */
  readonly key: string;
  readonly pump: Signal<Pump>;
}

/** Sums over all pumps of a wall. */
export interface WallSums {
  readonly pumps: number;
  readonly connected: number;
  readonly dispensing: number;
  readonly paused: number;
  readonly count: number;
  readonly volumeMl: number;
  readonly amount: number;
}

/** Pumps as they are now. */
export interface PumpWall {
  /** By site and number; changes only when pumps come or go. */
  readonly cells: ReadonlySignal<readonly PumpCell[]>;
  readonly sums: ReadonlySignal<WallSums>;
  /** When they were read last. */
  readonly asOf: ReadonlySignal<number | undefined>;
  /** Why the last reading failed. */
  readonly problem: ReadonlySignal<Problem | undefined>;
  /** Reads them now. */
  reload(): void;
}

function keyOf({ site, pump }: Pump): string {
  return `${site} ${pump}`;
}

function sumsOf(pumps: readonly Pump[]): WallSums {
  const are = (operation: string) =>
    pumps.filter(({ live }) => live?.operation === operation).length;
  const sum = (of: (pump: Pump) => number) =>
    pumps.reduce((total, pump) => total + of(pump), 0);
  return {
    pumps: pumps.length,
    connected: pumps.filter(isConnected).length,
    dispensing: are("dispensing"),
    paused: are("paused"),
    count: sum(({ totals }) => totals.count),
    volumeMl: sum(({ totals }) => totals.volumeMl),
    amount: sum(({ totals }) => totals.amount),
  };
}

/**
 * Whether a pump's link is up.
 *
 * @param pump The pump.
 * @returns True if so, also while it has been silent for a while.
 */
export function isConnected({ live }: Pump): boolean {
  return live !== null &&
    (live.connection === "connected" || live.connection === "timeout");
}

/** Puts what was read into cells: those of pumps that are as before are left alone. */
class Cells {
  readonly list: Signal<readonly PumpCell[]> = signal([]);
  readonly #known = new Map<string, { cell: PumpCell; text: string }>();

  take(pumps: readonly Pump[]): void {
    const keys = new Set(pumps.map(keyOf));
    for (const key of [...this.#known.keys()]) {
      if (!keys.has(key)) this.#known.delete(key);
    }
    const cells = pumps.map((pump) => this.#cell(pump));
    const before = this.list.peek();
    const same = before.length === cells.length &&
      cells.every((cell, i) => cell === before[i]);
    if (!same) this.list.value = cells;
  }

  #cell(pump: Pump): PumpCell {
    const key = keyOf(pump);
    const text = JSON.stringify(pump);
    const known = this.#known.get(key);
    if (known === undefined) {
      const cell = { key, pump: signal(pump) };
      this.#known.set(key, { cell, text });
      return cell;
    }
    if (known.text !== text) {
      known.text = text;
      known.cell.pump.value = pump;
    }
    return known.cell;
  }
}

/** Reads pumps again and again, never twice at a time. */
class WallReader {
  readonly cells: Cells = new Cells();
  readonly asOf: Signal<number | undefined> = signal(undefined);
  readonly problem: Signal<Problem | undefined> = signal(undefined);
  readonly #site: string | undefined;
  #ended = new AbortController();
  #timer: number | undefined;
  #frame: number | undefined;
  #reading = false;
  #stale = false;
  #last = -Infinity;

  constructor(site: string | undefined) {
    this.#site = site;
  }

  start(): () => void {
    this.#ended = new AbortController();
    const stop = onChanges(VIEWS, () => this.news());
    this.news();
    return () => {
      stop();
      this.#ended.abort();
      clearTimeout(this.#timer);
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    };
  }

  /** Something changed: reads as soon as the last reading is old enough. */
  news(): void {
    if (this.#reading) {
      this.#stale = true;
      return;
    }
    this.#later(Math.max(0, this.#last + READ_MS - performance.now()));
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), ms);
  }

  async #read(): Promise<void> {
    this.#reading = true;
    this.#stale = false;
    this.#last = performance.now();
    const { signal: ended } = this.#ended;
    const done = await this.#readAll(ended);
    this.#reading = false;
    if (ended.aborted) return;
    if (this.#stale && done) this.news();
    else this.#later(done ? QUIET_MS : RETRY_MS);
  }

  async #readAll(ended: AbortSignal): Promise<boolean> {
    const pumps: Pump[] = [];
    let cursor: string | undefined;
    do {
      const answer = await read<WirePage<Pump>>(
        withQuery("/v1/pumps", {
          site: this.#site,
          limit: PAGE_PUMPS,
          cursor,
        }),
        { signal: ended },
      );
      if (ended.aborted) return false;
      if (!answer.ok) {
        this.problem.value = answer.problem;
        return false;
      }
      pumps.push(...answer.value.items);
      cursor = answer.value.next ?? undefined;
    } while (cursor !== undefined && pumps.length < PUMPS_MAX);
    this.#draw(pumps);
    return true;
  }

  #draw(pumps: readonly Pump[]): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    const asOf = Date.now();
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      batch(() => {
        this.cells.take(pumps);
        this.asOf.value = asOf;
        this.problem.value = undefined;
      });
    });
  }
}

/**
 * Pumps as they are now, kept fresh while the component is shown.
 *
 * @param site The site; undefined for all that the node reads.
 * @returns The wall.
 */
export function usePumpWall(site: string | undefined): PumpWall {
  const reader = useMemo(() => new WallReader(site), [site]);
  const wall = useMemo<PumpWall>(() => ({
    cells: reader.cells.list,
    sums: computed(() =>
      sumsOf(reader.cells.list.value.map(({ pump }) => pump.value))
    ),
    asOf: reader.asOf,
    problem: reader.problem,
    reload: () => reader.news(),
  }), [reader]);
  useEffect(() => reader.start(), [reader]);
  return wall;
}
