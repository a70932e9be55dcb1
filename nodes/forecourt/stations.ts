/**
 * Names of sites, and a company's own list of stations, original programs among them.
 *
 * @module
 */
import {
  directoryEntries,
  type DirectoryEntry,
  directoryEntry,
  MESH_SPACE,
  ok,
  parseSiteCode,
  PRICE_SETS,
  type Reader,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import {
  atSite,
  type ForecourtContext,
  setFields,
} from "./forecourt_context.ts";
import type {
  ForecourtUseCases,
  StationEntry,
  StationView,
} from "./forecourt_use_cases.ts";

const NAME = "site/name";

function stationView(rows: Reader, site: SiteCode): StationView {
  const entry = directoryEntry(rows, siteSpace(site), NAME);
  return { site, name: String(entry?.fields["name"] ?? site) };
}

const numberOf = ({ subject }: DirectoryEntry) => Number(subject.slice(8));

function lastPriced(rows: Reader, site: SiteCode): number {
  const [row] = rows.scan(PRICE_SETS, {
    prefix: [`site:${site}`],
    reverse: true,
    limit: 1,
  });
  return Number(row?.["at"] ?? 0);
}

function toEntry(rows: Reader, entry: DirectoryEntry): StationEntry {
  const { fields } = entry;
  const site = (parseSiteCode(fields["site"]) ?? "ZZ") as SiteCode;
  return {
    number: numberOf(entry),
    site,
    name: String(fields["name"] ?? site),
    host: String(fields["host"] ?? ""),
    port: Number(fields["port"] ?? 0),
    state: String(fields["state"] ?? ""),
    createdAt: entry.firstAt,
    changedAt: Math.max(entry.at, lastPriced(rows, site)),
  };
}

function entries(rows: Reader): DirectoryEntry[] {
  return directoryEntries(rows, MESH_SPACE, "station")
    .filter((entry) =>
      entry.fields["listed"] === true &&
      Number.isSafeInteger(numberOf(entry)) &&
      parseSiteCode(entry.fields["site"]) !== undefined
    )
    .toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** A site that no station has had: what one that was taken off the list sold is not the next one's. */
function newSite(rows: Reader, number: number): SiteCode {
  const used = new Set(entries(rows).map(({ fields }) => fields["site"]));
  const isNew = (code: SiteCode) =>
    !used.has(code) && lastPriced(rows, code) === 0;
  let code = `EST${number}` as SiteCode;
  for (let n = 2; !isNew(code); n++) code = `EST${number}X${n}` as SiteCode;
  return code;
}

function unknown(number: number) {
  return refuse("station_unknown", `There is no station ${number}`, { number });
}

/** Makes the use-cases about stations. */
export function createStationUseCases(
  context: ForecourtContext,
  setPrices: ForecourtUseCases["setPrices"],
): Pick<
  ForecourtUseCases,
  | "station"
  | "nameStation"
  | "stationEntries"
  | "addStationEntry"
  | "changeStationEntry"
  | "removeStationEntry"
> {
  const { replica } = context;
  const find = (number: number) =>
    entries(replica.reader).find((entry) => numberOf(entry) === number);
  const change = async (
    number: number,
    fields: Parameters<typeof setFields>[2],
  ) => {
    const before = find(number);
    if (before === undefined) return unknown(number);
    const view = toEntry(replica.reader, before);
    const done = await decideExactly(replica, (decision) => {
      const subject = `station/${number}`;
      const now = directoryEntry(decision.rows, MESH_SPACE, subject);
      if (now?.fields["listed"] !== true) return unknown(number);
      setFields(decision, { space: MESH_SPACE, subject, before: now }, fields);
      return ok(null);
    });
    if (!done.ok) return done;
    const after = find(number);
    return ok(after === undefined ? view : toEntry(replica.reader, after));
  };
  return {
    station: (site) => stationView(replica.reader, site),
    nameStation: ({ site: asked, name }) =>
      atSite(context, asked, async (site) => {
        const named = await decideExactly(replica, (decision) => {
          const space = siteSpace(site);
          const before = directoryEntry(decision.rows, space, NAME);
          setFields(decision, { space, subject: NAME, before }, { name });
          return ok(null);
        });
        return named.ok ? ok(stationView(replica.reader, site)) : named;
      }),
    stationEntries: () =>
      entries(replica.reader).map((entry) => toEntry(replica.reader, entry)),
    async addStationEntry({ name, host, port, site, prices }) {
      const added = await decideExactly(replica, (decision) => {
        const last = entries(decision.rows).at(-1);
        const number = last === undefined ? 1 : numberOf(last) + 1;
        const subject = `station/${number}`;
        const code = site ?? newSite(decision.rows, number);
        const before = directoryEntry(decision.rows, MESH_SPACE, subject);
        setFields(decision, { space: MESH_SPACE, subject, before }, {
          listed: true,
          site: code,
          name,
          host,
          port,
          state: "Activa",
        });
        return ok({ number, code });
      });
      if (!added.ok) return added;
      const { number, code } = added.value;
      const priced = await setPrices({
        scope: `site:${code}`,
        prices,
        origin: "company",
      });
      if (!priced.ok) return priced;
      const entry = find(number);
      return entry === undefined
        ? unknown(number)
        : ok(toEntry(replica.reader, entry));
    },
    changeStationEntry: ({ number, ...fields }) => change(number, fields),
    removeStationEntry: (number) => change(number, { listed: null }),
  };
}
