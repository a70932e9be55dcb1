/**
 * The site that a report is about, kept in the address.
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

/** The sites that this node may have reports of, by name. */
export function useSites(): readonly string[] {
  const own = ownSite.value;
  const peers = useResource<WirePage<Peer>>(
    own === undefined ? "/v1/peers?limit=1000" : undefined,
  );
  if (own !== undefined) return [own];
  const sites = (peers.value?.items ?? []).flatMap(({ site }) =>
    site === null ? [] : [site]
  );
  return [...new Set(sites)].sort();
}

/**
 * The site asked for: the node's own, or what the address says.
 *
 * @param sites Those that there are.
 * @returns A site; undefined where none was chosen.
 */
export function siteAsked(sites: readonly string[]): string | undefined {
  const asked = query.value.get("site") ?? undefined;
  return sites.find((site) => site === asked) ?? ownSite.value;
}

/** Chooses a site; nothing where there is only the node's own. */
export function SiteField(
  { sites, value, all = false }: {
    readonly sites: readonly string[];
    readonly value: string | undefined;
    /** Whether all of them together may be chosen. */
    readonly all?: boolean;
  },
): VNode | null {
  if (ownSite.value !== undefined) return null;
  return (
    <SelectField
      label={text("site")}
      value={value ?? ""}
      choices={[
        ...(all ? [{ value: "", label: text("allSites") }] : []),
        ...sites.map((site) => ({ value: site, label: site })),
      ]}
      onInput={(site) => setQuery({ site })}
    />
  );
}
