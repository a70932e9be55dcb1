/**
 * Wet stock: tanks, fuel brought, dips, and how much may be missing.
 *
 * @module
 */
import {
  businessDate,
  directoryEntries,
  type DirectoryEntry,
  directoryEntry,
  type Fact,
  type FactOf,
  FUEL_SALES,
  levelOf,
  ok,
  type Reader,
  type Row,
  type SiteCode,
  siteSpace,
  type SpaceId,
  TANK_EVENTS,
  tankSums,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import {
  decideExactly,
  findRepeat,
  refuse,
  refuseReuse,
} from "../use_cases/context.ts";
import {
  atSite,
  type ForecourtContext,
  isNumbered,
  pageByKey,
  setFields,
  sitesOf,
} from "./forecourt_context.ts";
import type { ForecourtUseCases, TankView } from "./forecourt_use_cases.ts";

/**
 * What may be missing each month besides a hundredth of what was sold: 130 US gallons, in milliliters. The rule is that
 * of 40 CFR 280.43(a), inventory control.
 */
export const VARIATION_ALLOWED_ML = 492_104;

const numberOf = ({ subject }: DirectoryEntry) => Number(subject.slice(5));

/** Anyone who writes the directory may list a tank under another name than a number: that is none. */
function isTank(entry: DirectoryEntry): boolean {
  return typeof entry.fields["fuel"] === "string" && isNumbered(entry);
}

function pumpsOf({ fields }: DirectoryEntry): readonly string[] {
  const pumps = fields["pumps"];
  return Array.isArray(pumps) ? pumps : [];
}

/**
 * The tank that a pump draws a fuel from.
 *
 * @param entries What the site's directory lists as tanks.
 * @param drawn Pump and fuel, as they are told.
 * @returns The tank's number: one that names the pump, else one that names no pumps; undefined if there is none.
 */
export function tankOf(
  entries: readonly DirectoryEntry[],
  drawn: { readonly pump: string; readonly fuel: string },
): number | undefined {
  const tanks = entries
    .filter((entry) => isTank(entry) && entry.fields["fuel"] === drawn.fuel)
    .toSorted((a, b) => numberOf(a) - numberOf(b));
  const found = tanks.find((entry) => pumpsOf(entry).includes(drawn.pump)) ??
    tanks.find((entry) => pumpsOf(entry).length === 0);
  return found === undefined ? undefined : numberOf(found);
}

/**
 * A tank's variation of a month and what is allowed of it.
 *
 * @param rows The rows.
 * @param place Site and tank.
 * @param date Any business date of the month.
 * @returns Milliliters: what was sold, what dips found (below zero for a loss), and what may be missing.
 */
export function monthOf(
  rows: Reader,
  place: { readonly site: SiteCode; readonly tank: number },
  date: string,
): TankView["month"] {
  const month = date.slice(0, 7);
  const sums = tankSums(rows, place, {
    from: `${month}-01`,
    before: `${month}-99`,
  });
  return {
    date: month,
    throughputMl: sums.dispensedMl,
    variationMl: sums.dippedMl,
    allowedMl: Math.floor(Math.max(0, sums.dispensedMl) / 100) +
      VARIATION_ALLOWED_ML,
  };
}

function toView(
  rows: Reader,
  site: SiteCode,
  entry: DirectoryEntry,
  date: string,
): TankView {
  const tank = numberOf(entry);
  const sums = tankSums(rows, { site, tank });
  const capacity = entry.fields["capacityMl"];
  return {
    site,
    tank,
    fuel: String(entry.fields["fuel"]),
    capacityMl: typeof capacity === "number" ? capacity : null,
    pumps: pumpsOf(entry),
    levelMl: levelOf(sums),
    ...sums,
    month: monthOf(rows, { site, tank }, date),
  };
}

function listed(rows: Reader, site: SiteCode): DirectoryEntry[] {
  return directoryEntries(rows, siteSpace(site), "tank").filter(isTank)
    .toSorted((a, b) => numberOf(a) - numberOf(b));
}

/**
 * All tanks of a site.
 *
 * @param rows The rows.
 * @param site The site.
 * @param date The business date, for the month's figures.
 * @returns Tanks by number.
 */
export function tanksOf(
  rows: Reader,
  site: SiteCode,
  date: string,
): TankView[] {
  return listed(rows, site).map((entry) => toView(rows, site, entry, date));
}

/**
 * What a dip finds: what was measured less what should have been there at its instant; the present if that is left out.
 * Beside a later dip it finds nothing, for that one has found it.
 */
function differenceOf(
  rows: Reader,
  dip: {
    readonly site: SiteCode;
    readonly tank: number;
    readonly measuredMl: number;
    readonly at?: number;
    readonly date?: string;
  },
): number {
  const { site, tank, measuredMl, at, date } = dip;
  const level = levelOf(tankSums(rows, { site, tank }));
  if (at === undefined || date === undefined) return measuredMl - level;
  const events = rows.scan(TANK_EVENTS, { prefix: [site, tank], after: [at] });
  if (events.some((row) => row["delivered_ml"] === 0)) return 0;
  const drawn = rows.scan(FUEL_SALES, {
    index: "by_date",
    prefix: [site, date],
    after: [at],
  }).filter((row) => row["tank"] === tank);
  // Of later dates, whose text comes after this one's, the sums are enough.
  const later = tankSums(rows, { site, tank }, { from: `${date}~` });
  const sum = (found: readonly Row[], column: string) =>
    found.reduce((total, row) => total + Number(row[column]), 0);
  return measuredMl - level + sum(events, "delivered_ml") -
    sum(drawn, "volume_ml") - later.dispensedMl;
}

/** Records something about a tank that is listed; a repeat is one fact. */
function recordOnce(
  decision: DecisionContext,
  space: SpaceId,
  sent: { readonly fact: Fact; readonly isGiven: boolean },
) {
  const repeat = sent.isGiven
    ? findRepeat(decision, space, sent.fact)
    : undefined;
  if (repeat === "other") return refuseReuse(sent.fact.id);
  if (repeat === undefined) decision.record(space, sent.fact);
  return ok(null);
}

/** Makes the use-cases about tanks. */
export function createTankUseCases(
  context: ForecourtContext,
): Pick<ForecourtUseCases, "tanks" | "setTank" | "receiveFuel" | "dipTank"> {
  const { node, replica } = context;
  const today = () => businessDate(replica.at, node.timezone);
  const shown = (site: SiteCode, tank: number) => {
    const entry = directoryEntry(
      replica.reader,
      siteSpace(site),
      `tank/${tank}`,
    );
    return entry === undefined || !isTank(entry)
      ? unknown(tank)
      : ok(toView(replica.reader, site, entry, today()));
  };
  const unknown = (tank: number) =>
    refuse("tank_unknown", `There is no tank ${tank}`, { tank });
  const isKnown = (decision: DecisionContext, site: SiteCode, tank: number) => {
    const subject = `tank/${tank}`;
    const entry = directoryEntry(decision.rows, siteSpace(site), subject);
    return entry !== undefined && isTank(entry);
  };
  return {
    tanks(query) {
      const all = sitesOf(context, query.site).flatMap((site) =>
        tanksOf(replica.reader, site, today())
      );
      return pageByKey(all, query, ({ site, tank }) => [site, tank]);
    },
    setTank: ({ site: asked, tank, fuel, capacityMl, pumps }) =>
      atSite(context, asked, async (site) => {
        const set = await decideExactly(replica, (decision) => {
          const space = siteSpace(site);
          const subject = `tank/${tank}`;
          const before = directoryEntry(decision.rows, space, subject);
          setFields(decision, { space, subject, before }, {
            fuel,
            capacityMl,
            pumps,
          });
          return ok(null);
        });
        return set.ok ? shown(site, tank) : set;
      }),
    receiveFuel: ({ id, site: asked, tank, volumeMl, at, note }) =>
      atSite(context, asked, async (site) => {
        const done = await decideExactly(replica, (decision) => {
          if (!isKnown(decision, site, tank)) return unknown(tank);
          const when = at ?? decision.at;
          const fact: FactOf<"FuelReceived"> = {
            type: "FuelReceived",
            id: id ?? decision.newId(),
            at: when,
            site,
            date: businessDate(when, node.timezone),
            tank,
            volumeMl,
            ...(note === undefined ? {} : { note }),
          };
          const sent = { fact, isGiven: id !== undefined };
          return recordOnce(decision, siteSpace(site), sent);
        });
        return done.ok ? shown(site, tank) : done;
      }),
    dipTank: ({ id, site: asked, tank, measuredMl, at, note }) =>
      atSite(context, asked, async (site) => {
        const done = await decideExactly(replica, (decision) => {
          if (!isKnown(decision, site, tank)) return unknown(tank);
          const when = at ?? decision.at;
          const date = businessDate(when, node.timezone);
          const fact: FactOf<"TankDipped"> = {
            type: "TankDipped",
            id: id ?? decision.newId(),
            at: when,
            site,
            date,
            tank,
            measuredMl,
            differenceMl: differenceOf(decision.rows, {
              ...{ site, tank, measuredMl },
              ...(at === undefined || at >= decision.at ? {} : { at, date }),
            }),
            ...(note === undefined ? {} : { note }),
          };
          const sent = { fact, isGiven: id !== undefined };
          return recordOnce(decision, siteSpace(site), sent);
        });
        return done.ok ? shown(site, tank) : done;
      }),
  };
}
