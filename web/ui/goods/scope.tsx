/**
 * Which part of the mesh a page looks at: a site, or everything. The choice stands in the address.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Peer, StockLevels } from "../wire_types.ts";
import { type WirePage, withQuery } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { isNode, ownSite } from "../base/session.ts";
import { SelectField } from "../parts/field.tsx";
import { text } from "./texts.ts";

/** The scope of the whole mesh. */
export const MESH = "mesh";
/** The name under which the master stock is kept beside the sites' own. */
export const MASTER = "MASTER";

/** The scope that the address names, else the node's own. */
export function chosenScope(): string {
  const asked = query.value.get("scope") ?? "";
  if (/^(mesh|site:[A-Z0-9]{2,12})$/.test(asked)) return asked;
  return ownSite.value === undefined ? MESH : `site:${ownSite.value}`;
}

/**
 * The site whose stock a scope shows.
 *
 * @param scope A scope.
 * @returns A site's code, or that of the master stock.
 */
export function siteOf(scope: string): string {
  return scope === MESH ? MASTER : scope.slice("site:".length);
}

/** A scope in words. */
export function scopeText(scope: string): string {
  return scope === MESH ? text("wholeMesh") : siteOf(scope);
}

/** A site in words. */
export function siteText(site: string): string {
  return site === MASTER ? text("masterStock") : site;
}

/** The mesh's members. */
export function usePeers(): readonly Peer[] | undefined {
  return useResource<WirePage<Peer>>("/v1/peers?limit=1000", {
    everyMs: 10_000,
  }).value?.items;
}

/**
 * Codes of the sites of the mesh, as far as members are known here.
 *
 * @param peers The members.
 * @returns The codes, the node's own first.
 */
export function sitesOf(peers: readonly Peer[] | undefined): string[] {
  const own = ownSite.value === undefined ? [] : [ownSite.value];
  const others = (peers ?? []).flatMap(({ site }) =>
    site === null ? [] : [site]
  );
  return [...new Set([...own, ...others.toSorted()])];
}

/** Products looked at for sites that have stock and no member that is known here. */
const LOOKED_AT = 100;

/**
 * Codes of the sites that this node reads: its own, or at an office all that have a member or stock.
 *
 * @returns The codes, the node's own first.
 */
export function useReadSites(): string[] {
  const isOffice = isNode("office");
  const peers = usePeers();
  const levels = useResource<WirePage<StockLevels>>(
    isOffice
      ? withQuery("/v1/stock-levels", { scope: MESH, limit: LOOKED_AT })
      : undefined,
  );
  if (!isOffice) return sitesOf([]);
  const stocked = (levels.value?.items ?? [])
    .flatMap(({ sites }) => sites.map(({ site }) => site))
    .filter((site) => site !== MASTER);
  return [...new Set([...sitesOf(peers), ...stocked.toSorted()])];
}

/** Chooses the scope; a node at a site shows its own and the mesh's, an office every site's. */
export function ScopeField(): VNode {
  const scope = chosenScope();
  const sites = useReadSites();
  const choices = new Set([
    ...sites.map((site) => `site:${site}`),
    MESH,
    scope,
  ]);
  return (
    <SelectField
      label={text("scope")}
      value={scope}
      choices={[...choices].map((value) => ({
        value,
        label: scopeText(value),
      }))}
      onInput={(value) => setQuery({ scope: value })}
    />
  );
}

/** Chooses a site, and says so where there is nothing to choose. */
export function SiteField(
  { label, value, onInput, without, all = false }: {
    readonly label: string;
    readonly value: string;
    readonly onInput: (site: string) => void;
    /** Is left out. */
    readonly without?: string;
    /** True for every site of the mesh, not only those that this node reads. */
    readonly all?: boolean;
  },
): VNode {
  const peers = usePeers();
  const read = useReadSites();
  const sites = all ? [...new Set([...sitesOf(peers), ...read])] : read;
  const known = new Set([
    ...(isNode("office") && !all ? [MASTER] : []),
    ...sites,
    ...(value === "" ? [] : [value]),
  ]);
  const choices = [...known].filter((site) => site !== without);
  return (
    <SelectField
      label={label}
      value={value}
      choices={[
        ...(value === "" ? [{ value: "", label: text("chooseSite") }] : []),
        ...choices.map((site) => ({ value: site, label: siteText(site) })),
      ]}
      onInput={onInput}
    />
  );
}
