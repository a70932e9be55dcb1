/**
 * Pumps as a site's directory lists them.
 *
 * @module
 */
import {
  directoryEntries,
  type DirectoryEntry,
  directoryEntry,
  FUEL_SALES,
  FUEL_TOTALS,
  lastTaken,
  ok,
  type ProductId,
  type Reader,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import { PUMP_CONNECTIONS } from "../tables.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import {
  atSite,
  type ForecourtContext,
  isNumbered,
  pageByKey,
  setFields,
  sitesOf,
} from "./forecourt_context.ts";
import type {
  ForecourtUseCases,
  FuelTotals,
  PumpView,
} from "./forecourt_use_cases.ts";

/** What a pump delivers if nobody said. */
export const FUELS: readonly string[] = ["93", "95", "97", "diesel"];
const DEFAULTS = {
  fuel: "95",
  capacityMl: 100_000,
  serviceState: "disponible",
};

const subjectOf = (pump: number) => `pump/${pump}`;

/** Sums of a site's deliveries that were told by pumps; of one pump, or of all. */
export function pumpTotals(
  rows: Reader,
  site: SiteCode,
  pump = "",
): FuelTotals {
  const found = rows.scan(FUEL_TOTALS, {
    prefix: [site, "", pump, "", "", 0],
  });
  return found.reduce<FuelTotals>((sum, row) => ({
    count: sum.count + Number(row["count"]),
    volumeMl: sum.volumeMl + Number(row["volume_ml"]),
    amount: sum.amount + Number(row["amount"]),
  }), { count: 0, volumeMl: 0, amount: 0 });
}

/**
 * The prices that a pump took last.
 *
 * @param rows The rows.
 * @param site Its site.
 * @param pump Its number.
 * @returns The prices; null if it never took any.
 */
export function takenBy(
  rows: Reader,
  site: SiteCode,
  pump: number,
): PumpView["taken"] {
  const row = lastTaken(rows, site, pump);
  if (row === undefined) return null;
  const prices = JSON.parse(String(row["prices"])) as [ProductId, number][];
  return {
    set: row["price_set"] as NonNullable<PumpView["taken"]>["set"],
    prices: prices.map(([fuel, price]) => ({ fuel, price })),
    at: Number(row["at"]),
  };
}

function lastSaleAt(rows: Reader, site: SiteCode, pump: number): number {
  const [row] = rows.scan(FUEL_SALES, {
    index: "by_pump",
    prefix: [site, String(pump)],
    reverse: true,
    limit: 1,
  });
  return Number(row?.["at"] ?? 0);
}

function isListed(entry: DirectoryEntry | undefined): entry is DirectoryEntry {
  return entry?.fields["listed"] === true;
}

const numberOf = ({ subject }: DirectoryEntry) => Number(subject.slice(5));

function toView(
  rows: Reader,
  site: SiteCode,
  entry: DirectoryEntry,
): PumpView {
  const { fields } = entry;
  const pump = numberOf(entry);
  const connected = rows.get(PUMP_CONNECTIONS, [site, pump]);
  const fuels = fields["fuels"];
  return {
    site,
    pump,
    name: String(fields["name"] ?? `Surtidor ${pump}`),
    fuels: Array.isArray(fuels) ? fuels : FUELS,
    fuel: String(fields["fuel"] ?? DEFAULTS.fuel),
    capacityMl: Number(fields["capacityMl"] ?? DEFAULTS.capacityMl),
    serviceState: String(fields["serviceState"] ?? DEFAULTS.serviceState),
    createdAt: entry.firstAt,
    changedAt: Math.max(
      entry.at,
      lastSaleAt(rows, site, pump),
      Number(connected?.["at"] ?? 0),
    ),
    connectedAt: connected === undefined ? null : Number(connected["at"]),
    taken: takenBy(rows, site, pump),
    totals: pumpTotals(rows, site, String(pump)),
  };
}

function listed(rows: Reader, site: SiteCode): DirectoryEntry[] {
  return directoryEntries(rows, siteSpace(site), "pump")
    .filter((entry) => isListed(entry) && isNumbered(entry))
    .toSorted((a, b) => numberOf(a) - numberOf(b));
}

/**
 * One pump.
 *
 * @param rows The rows.
 * @param site Its site.
 * @param pump Its number.
 * @returns The pump; undefined if it is not listed.
 */
export function pumpView(
  rows: Reader,
  site: SiteCode,
  pump: number,
): PumpView | undefined {
  const entry = directoryEntry(rows, siteSpace(site), subjectOf(pump));
  return isListed(entry) ? toView(rows, site, entry) : undefined;
}

/**
 * What a pump is called.
 *
 * @param entry What the directory has of it, if anything.
 * @param pump Its number in digits, or any text.
 * @returns Its name; made of the text if it is not listed.
 */
export function pumpName(
  entry: DirectoryEntry | undefined,
  pump: string,
): string {
  return isListed(entry) && entry.fields["name"] !== undefined
    ? String(entry.fields["name"])
    : `Surtidor ${pump}`.slice(0, 500);
}

function isTaken(
  entries: readonly DirectoryEntry[],
  name: string,
  own?: number,
): boolean {
  return entries.some((entry) =>
    entry.fields["name"] === name && numberOf(entry) !== own
  );
}

function unknown(pump: number) {
  return refuse("pump_unknown", `There is no pump ${pump}`, { pump });
}

/** Makes the use-cases about pumps. */
export function createPumpUseCases(
  context: ForecourtContext,
): Pick<
  ForecourtUseCases,
  | "pumps"
  | "pump"
  | "addPump"
  | "changePump"
  | "removePump"
  | "pumpConnected"
> {
  const { replica, live } = context;
  const shown = (site: SiteCode, pump: number) => {
    const view = pumpView(replica.reader, site, pump);
    return view === undefined ? unknown(pump) : ok(view);
  };
  return {
    pumps(query) {
      const rows = sitesOf(context, query.site).flatMap((site) =>
        listed(replica.reader, site).map((entry) => ({ site, entry }))
      );
      const page = pageByKey(
        rows,
        query,
        ({ site, entry }) => [site, numberOf(entry)],
      );
      return {
        ...page,
        items: page.items.map(({ site, entry }) =>
          toView(replica.reader, site, entry)
        ),
      };
    },
    pump: (site, pump) => pumpView(replica.reader, site, pump),
    addPump: (input) =>
      atSite(context, input.site, async (site) => {
        const added = await decideExactly(replica, (decision) => {
          const space = siteSpace(site);
          // A pump that brings its number does not ask for the whole list: a thousand may come at once.
          const all = input.pump === undefined || input.uniqueName === true
            ? listed(decision.rows, site)
            : [];
          const last = all.at(-1);
          const pump = input.pump ??
            (last === undefined ? 1 : numberOf(last) + 1);
          const subject = subjectOf(pump);
          const before = directoryEntry(decision.rows, space, subject);
          if (isListed(before)) {
            return refuse("pump_exists", `There is a pump ${pump} already`, {
              pump,
            });
          }
          if (input.uniqueName === true && isTaken(all, input.name)) {
            return refuse(
              "name_taken",
              `There is a pump called ${JSON.stringify(input.name)} already`,
            );
          }
          setFields(decision, { space, subject, before }, {
            listed: true,
            name: input.name,
            fuels: input.fuels ?? FUELS,
            fuel: input.fuel ?? DEFAULTS.fuel,
            capacityMl: input.capacityMl ?? DEFAULTS.capacityMl,
            serviceState: DEFAULTS.serviceState,
          });
          return ok(pump);
        });
        return added.ok ? shown(site, added.value) : added;
      }),
    changePump: (input) =>
      atSite(context, input.site, async (site) => {
        const { pump, name, fuels, fuel, capacityMl, serviceState } = input;
        const changed = await decideExactly(replica, (decision) => {
          const space = siteSpace(site);
          const subject = subjectOf(pump);
          const before = directoryEntry(decision.rows, space, subject);
          if (!isListed(before)) return unknown(pump);
          if (
            name !== undefined &&
            isTaken(listed(decision.rows, site), name, pump)
          ) {
            return refuse(
              "name_taken",
              `There is a pump called ${JSON.stringify(name)} already`,
            );
          }
          setFields(decision, { space, subject, before }, {
            name,
            fuels,
            fuel,
            capacityMl,
            serviceState,
          });
          return ok(null);
        });
        return changed.ok ? shown(site, pump) : changed;
      }),
    removePump: ({ site: asked, pump }) =>
      atSite(context, asked, async (site) => {
        const view = pumpView(replica.reader, site, pump);
        if (view === undefined) return unknown(pump);
        if ((live.get(site, pump)?.links ?? 0) > 0) {
          return refuse("pump_connected", `Pump ${pump} is connected`, {
            pump,
          });
        }
        const removed = await decideExactly(replica, (decision) => {
          const space = siteSpace(site);
          const subject = subjectOf(pump);
          const before = directoryEntry(decision.rows, space, subject);
          if (!isListed(before)) return unknown(pump);
          setFields(decision, { space, subject, before }, { listed: null });
          return ok(view);
        });
        if (removed.ok) live.forget(site, pump);
        return removed;
      }),
    pumpConnected: ({ site: asked, pump }) =>
      atSite(context, asked, (site) =>
        replica.decide((decision) => {
          decision.rows.put(PUMP_CONNECTIONS, { site, pump, at: decision.at });
          return ok(null);
        })),
  };
}
