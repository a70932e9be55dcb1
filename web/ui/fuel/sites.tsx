/**
 * Which site a page of fuel shows: the node's own, or one that is chosen where the node reads several.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Peer } from "../wire_types.ts";
import type { WirePage } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { ownSite } from "../base/session.ts";
import { SelectField } from "../parts/field.tsx";
import { text } from "./texts.ts";

/** The site that is shown, and those that may be. */
export interface ShownSite {
  /** Undefined while none is known. */
  readonly site: string | undefined;
  readonly sites: readonly string[];
}

/** What is known to sell fuel; where nothing is, any site may be about to. */
function sitesOf(peers: readonly Peer[]): readonly string[] {
  const sellers = peers.filter(({ roles }) =>
    roles.includes("station") || roles.includes("pump")
  );
  const known = (sellers.length > 0 ? sellers : peers).flatMap(({ site }) =>
    site === null ? [] : [site]
  );
  return [...new Set(known)].sort();
}

/** The site that is shown: of the query, else the node's own, else the first that the node hears of. */
export function useShownSite(): ShownSite {
  const own = ownSite.value;
  const peers = useResource<WirePage<Peer>>(
    own === undefined ? "/v1/peers?limit=1000" : undefined,
    { views: ["peers"] },
  );
  const sites = own !== undefined ? [own] : sitesOf(peers.value?.items ?? []);
  const asked = query.value.get("site") ?? undefined;
  return {
    site: own ??
      (asked !== undefined && sites.includes(asked) ? asked : sites[0]),
    sites,
  };
}

/** Chooses among several sites; nothing where there is only one. */
export function SiteChoice({ shown }: { readonly shown: ShownSite }):
  | VNode
  | null {
  if (shown.sites.length < 2) return null;
  return (
    <SelectField
      label={text("site")}
      value={shown.site ?? ""}
      choices={shown.sites.map((site) => ({ value: site, label: site }))}
      onInput={(site) => setQuery({ site })}
    />
  );
}
