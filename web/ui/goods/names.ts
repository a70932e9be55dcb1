/**
 * Names and units of products, for lists of the node that give ids alone.
 *
 * @module
 */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Product } from "../wire_types.ts";
import { read, type WirePage, withQuery } from "../base/http.ts";
import { onChanges } from "../base/live.ts";
import type { Unit } from "./quantity.ts";

/** What lists show of a product. */
export interface Named {
  readonly name: string;
  readonly unit: Unit;
}

/** The most products whose names are held; others show their ids. */
const NAMES_MAX = 5_000;
const PAGE_ROWS = 1_000;

/**
 * Names of the products that this node knows at its own scope.
 *
 * @returns By product; empty until they were read.
 */
export function useNames(): ReadonlySignal<ReadonlyMap<string, Named>> {
  const names = useSignal<ReadonlyMap<string, Named>>(new Map());
  useEffect(() => {
    const ended = new AbortController();
    const load = () =>
      void readNames(ended.signal).then((found) => {
        if (!ended.signal.aborted) names.value = found;
      });
    load();
    const stop = onChanges(["products"], load);
    return () => {
      stop();
      ended.abort();
    };
  }, []);
  return useComputed(() => names.value);
}

async function readNames(signal: AbortSignal): Promise<Map<string, Named>> {
  const found = new Map<string, Named>();
  let cursor: string | null | undefined;
  while (cursor !== null && found.size < NAMES_MAX) {
    const answer = await read<WirePage<Product>>(
      withQuery("/v1/products", { limit: PAGE_ROWS, cursor }),
      { signal },
    );
    if (!answer.ok) return found;
    for (const { product, name, details } of answer.value.items) {
      found.set(product, { name, unit: details.unit ?? "piece" });
    }
    cursor = answer.value.next;
  }
  return found;
}
