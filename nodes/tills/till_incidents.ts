/**
 * Incidents that follow from facts of tills: goods that came back more often than they were sold. A till prevents it as
 * far as it knows; tills that were apart can each have taken the same goods back, or voided a sale that the other took
 * back.
 *
 * @module
 */
import {
  type FactId,
  idText,
  type Reader,
  type Row,
  SALE_RETURNS,
  type SaleRecorded,
  salesWithId,
  type SiteCode,
  siteOfSpace,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import type { IncidentView } from "../use_cases.ts";
import { returnedOf } from "../use_cases/sale_return.ts";

/** Most returns that are looked at, the newest, over all sites alike: every listing of incidents looks. */
const LOOKED_MAX = 1000;
/** So many of each site are looked at, however many sites there are. */
const LOOKED_AT_SITE_MIN = 5;

type Unjudged = Omit<IncidentView, "acknowledged">;

function factOf({ archive }: Replica, row: Row): SaleRecorded | undefined {
  const id = row["id"] as Uint8Array;
  const fact = archive.read(Number(row["log"]), Number(row["seq"]), id)?.fact;
  return fact?.type === "SaleRecorded" ? fact : undefined;
}

/** How many units of a sale came back beyond those that were sold; all, if it is voided. */
function excessOf(rows: Reader, sale: SaleRecorded, voided: boolean): number {
  const left = returnedOf(rows, sale);
  let excess = 0;
  for (const [product, { quantity }] of left) {
    const sold = sale.lines
      .filter((line) => line.product === product && line.quantity > 0)
      .reduce((sum, line) => sum + line.quantity, 0);
    excess += Math.max(0, quantity - (voided ? 0 : sold));
  }
  return excess;
}

function overReturned(
  replica: Replica,
  site: SiteCode,
  limit: number,
): Unjudged[] {
  const rows = replica.reader;
  const newest = rows.scan(SALE_RETURNS, {
    index: "by_time",
    prefix: [site],
    reverse: true,
    limit,
  });
  const since = new Map<FactId, number>();
  for (const row of newest) {
    const sale = idText(row["sale"] as Uint8Array);
    if (!since.has(sale)) since.set(sale, Number(row["at"]));
  }
  return [...since].flatMap(([sale, at]) =>
    salesWithId(rows, site, sale).flatMap((row) => {
      const fact = factOf(replica, row);
      if (fact === undefined) return [];
      const units = excessOf(rows, fact, row["voided"] === 1);
      return units === 0 ? [] : [{
        id: `over_returned/${sale}`,
        kind: "over_returned",
        message:
          `More came back of the sale ${fact.receipt} at ${site} than was sold: tills that were apart each took it back`,
        since: Math.floor(at / 1000),
        count: 1,
        details: { site, sale, receipt: fact.receipt, units },
      }];
    })
  );
}

/**
 * The incidents of tills.
 *
 * @param replica The replica.
 * @returns Incidents whose ids are the same at every peer.
 */
export function tillIncidents(replica: Replica): Unjudged[] {
  const sites = replica.register.spaces().map(siteOfSpace)
    .filter((site) => site !== undefined);
  const limit = Math.max(
    LOOKED_AT_SITE_MIN,
    Math.floor(LOOKED_MAX / Math.max(1, sites.length)),
  );
  return sites.flatMap((site) => overReturned(replica, site, limit));
}
