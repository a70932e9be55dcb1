/**
 * How fresh a list is that is read page by page.
 *
 * @module
 */
import type { VNode } from "preact";
import type { WirePage } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { Freshness } from "../parts/states.tsx";

/** Milliseconds between looks at whether the node still answers. */
const LOOK_MS = 15_000;

/** Says when a list was known to be as it is shown: its changes are told, and the node still answers. */
export function ListFreshness(
  { path, views }: {
    readonly path: string;
    readonly views: readonly string[];
  },
): VNode {
  const { asOf } = useResource<WirePage<unknown>>(`${path}?limit=1`, {
    views,
    everyMs: LOOK_MS,
  });
  return <Freshness asOf={asOf} />;
}
