/**
 * Sales of goods that are not there: the list that every peer derives alike, fixing a remedy, and offering goods to
 * other sites.
 *
 * @module
 */
import {
  type FactId,
  MASTER_SITE,
  MESH_SPACE,
  NO_STOCK,
  ok,
  oversoldAt,
  type OversoldItem,
  type ProductId,
  type Reader,
  type Remedy,
  type SaleSource,
  SHORTAGES,
  type SiteCode,
  siteSpace,
  stockSums,
  supplyOf,
} from "../../crdt/mod.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import type { UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findProduct,
  refuse,
  type UseCaseContext,
} from "./context.ts";

interface Acknowledged {
  readonly fact: FactId;
  readonly item: OversoldItem;
  readonly repeated: boolean;
}

/** Most sites whose lists are shown. */
const SITES_MAX = 10_000;

function sourceOf({ archive }: Replica): SaleSource {
  return (row) =>
    archive.read(
      Number(row["log"]),
      Number(row["seq"]),
      row["id"] as Uint8Array,
    );
}

/** Sites where something is short. */
function sitesShort(rows: Reader): SiteCode[] {
  const sites: SiteCode[] = [];
  let after: { after?: readonly SiteCode[] } = {};
  while (sites.length < SITES_MAX) {
    const [row] = rows.scan(SHORTAGES, { ...after, limit: 1 });
    if (row === undefined) break;
    const site = row["site"] as SiteCode;
    after = { after: [site] };
    if (site !== MASTER_SITE) sites.push(site);
  }
  return sites;
}

function allOversold(
  rows: Reader,
  source: SaleSource,
  site: SiteCode | undefined,
): OversoldItem[] {
  const sites = site === undefined ? sitesShort(rows) : [site];
  return sites.flatMap((one) => oversoldAt(rows, one, source));
}

/** The remedy that a person chose, or the proposed one where it was left open. */
function chosen(
  { remedy }: OversoldItem,
  input: Parameters<UseCases["acknowledgeOversell"]>[0],
): Remedy | undefined {
  const kind = input.remedy ?? remedy.kind;
  if (kind !== "transfer") {
    return input.from === undefined ? { kind } : undefined;
  }
  const from = input.from ??
    (remedy.kind === "transfer" ? remedy.from : undefined);
  return from === undefined ? undefined : { kind, from };
}

function fix(
  context: DecisionContext,
  item: OversoldItem,
  { remedy, note }: { readonly remedy: Remedy; readonly note: string },
): FactId {
  const { site, product, sale, content, quantity } = item;
  const short = context.rows.get(SHORTAGES, [site, product])?.["short"] ?? 0;
  const supply = supplyOf(stockSums(context.rows, site, product) ?? NO_STOCK);
  const id = context.newId();
  context.record(siteSpace(site), {
    type: "OversellAcknowledged",
    ...{ id, at: context.at, site, product, sale, content, quantity },
    settled: supply + Number(short),
    remedy: remedy.kind,
    ...(remedy.kind === "transfer" ? { from: remedy.from } : {}),
    note,
  });
  return id;
}

/**
 * Makes the use-cases of over-committed sales.
 *
 * @param context What they work with.
 * @returns The use-cases.
 */
export function createOversellUseCases(
  { replica }: UseCaseContext,
): Pick<UseCases, "oversells" | "acknowledgeOversell" | "offerStock"> {
  return {
    oversells({ site, product, acknowledged, limit, cursor }) {
      const all = allOversold(replica.reader, sourceOf(replica), site).filter((
        item,
      ) =>
        (product === undefined || item.product === product) &&
        (acknowledged === undefined ||
          acknowledged === (item.acknowledged !== null))
      );
      const start = cursor === undefined
        ? 0
        : all.findIndex(({ id }) => id === cursor) + 1;
      const items = all.slice(start, start + limit);
      const more = all.length > start + limit;
      return {
        items,
        total: all.length,
        next: more ? items.at(-1)?.id ?? null : null,
      };
    },
    acknowledgeOversell: (input) =>
      decideExactly<Acknowledged>(replica, (context) => {
        const item = allOversold(context.rows, sourceOf(replica), undefined)
          .find(({ id }) => id === input.id);
        if (item === undefined) {
          return refuse(
            "oversell_unknown",
            `Cannot acknowledge: nothing of "${input.id}" is over-committed now`,
          );
        }
        if (item.acknowledged !== null) {
          return ok({ fact: item.acknowledged, item, repeated: true });
        }
        const remedy = chosen(item, input);
        if (remedy === undefined) {
          return refuse(
            "invalid_argument",
            "Cannot acknowledge: a transfer, and only a transfer, names the site that it comes from",
          );
        }
        const fact = fix(context, item, { remedy, note: input.note });
        const fixed: OversoldItem = { ...item, remedy, acknowledged: fact };
        return ok({ fact, item: fixed, repeated: false });
      }),
    offerStock: ({ site, product, quantity }) =>
      decideExactly(replica, (context) => {
        if (!isListed(context.rows, site, product)) {
          return refuse(
            "product_unknown",
            `Cannot offer stock: product "${product}" is unknown at ${site}`,
          );
        }
        const id = context.newId();
        context.record(MESH_SPACE, {
          type: "StockOffered",
          ...{ id, at: context.at, site, product, quantity },
        });
        return ok({ fact: id });
      }),
  };
}

function isListed(rows: Reader, site: SiteCode, product: ProductId): boolean {
  return findProduct(rows, `site:${site}`, product)?.listed === true;
}
