/**
 * Incidents that follow from facts of fuel stations: deliveries that do not add up, and fuel that is missing.
 *
 * @module
 */
import {
  FLAG_AMOUNT_MISMATCH,
  FUEL_MISMATCHES,
  FUEL_SALES,
  idText,
  type Reader,
  type Row,
  type SiteCode,
  siteOfSpace,
} from "../../crdt/mod.ts";
import type { Replica } from "../replica.ts";
import type { IncidentView } from "../use_cases.ts";
import { tanksOf } from "./wet_stock.ts";

/** Most incidents of one kind that are listed. */
const LISTED_MAX = 1000;

type Unjudged = Omit<IncidentView, "acknowledged">;

function mismatch(row: Row): Unjudged {
  const sale = idText(row["id"] as Uint8Array);
  const site = String(row["site"]);
  const pump = String(row["pump"]);
  const amount = (Number(row["flags"]) & FLAG_AMOUNT_MISMATCH) !== 0;
  return {
    id: `fuel_mismatch/${sale}`,
    kind: "fuel_mismatch",
    message: amount
      ? `A delivery of pump ${pump} at ${site} costs something else than its volume times its price`
      : `A delivery of pump ${pump} at ${site} has a price that was not set there`,
    since: Math.floor(Number(row["at"]) / 1000),
    count: 1,
    details: {
      site,
      pump,
      sale,
      fuel: row["fuel"],
      volumeMl: row["volume_ml"],
      price: row["price"],
      amount: row["amount"],
    },
  };
}

function mismatches(rows: Reader): Unjudged[] {
  return rows.scan(FUEL_MISMATCHES, { reverse: true, limit: LISTED_MAX })
    .flatMap(({ site = null, at = null, id = null, log = null }) => {
      const row = rows.get(FUEL_SALES, [site, at, id, log]);
      return row === undefined ? [] : [mismatch(row)];
    });
}

function losses(
  rows: Reader,
  site: SiteCode,
  date: string,
  since: number,
): Unjudged[] {
  return tanksOf(rows, site, date).flatMap(({ tank, fuel, month }) => {
    const lossMl = -month.variationMl;
    if (lossMl <= month.allowedMl) return [];
    return [{
      id: `wet_stock_loss/${site}/${tank}/${month.date}`,
      kind: "wet_stock_loss",
      message:
        `${lossMl} ml are missing this month from tank ${tank} (${fuel}) at ${site}, more than 1% of what was sold and 130 US gallons`,
      since,
      count: 1,
      details: {
        site,
        tank,
        fuel,
        month: month.date,
        lossMl,
        allowedMl: month.allowedMl,
      },
    }];
  });
}

/**
 * The incidents of fuel stations.
 *
 * @param replica The replica.
 * @param now The present: the business date, and wall time in milliseconds.
 * @returns Incidents whose ids are the same at every peer.
 */
export function forecourtIncidents(
  replica: Replica,
  now: { readonly date: string; readonly ms: number },
): Unjudged[] {
  const rows = replica.reader;
  const sites = replica.register.spaces().map(siteOfSpace)
    .filter((site) => site !== undefined);
  return [
    ...mismatches(rows),
    ...sites.flatMap((site) => losses(rows, site, now.date, now.ms)),
  ];
}
