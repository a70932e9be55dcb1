/**
 * What the use-cases of fuel stations share: whose site is meant, how something is set in a directory.
 *
 * @module
 */
import {
  type DirectoryEntry,
  directoryOver,
  type DirectoryValue,
  PUMP_NUMBER_MAX,
  type Result,
  type SiteCode,
  type SpaceId,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { Page, PageQuery, Refusal } from "../use_cases.ts";
import { refuse, type UseCaseContext } from "../use_cases/context.ts";
import { decodeCursor, encodeCursor } from "../use_cases/cursor.ts";
import type { LivePumps } from "./live_pumps.ts";
import type { SimulatedPumps } from "./simulated_pumps.ts";

/** What the use-cases of fuel stations work with. */
export interface ForecourtContext extends UseCaseContext {
  /** What pumps are doing. */
  readonly live: LivePumps;
  /** What simulated pumps report. */
  readonly simulated: SimulatedPumps;
}

/** A use-case that refuses where no site is meant. */
export async function atSite<T>(
  { node }: Pick<UseCaseContext, "node">,
  site: SiteCode | undefined,
  run: (site: SiteCode) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  const meant = site ?? node.site;
  return meant === null
    ? refuse("forbidden", "This node has no site of its own: name one")
    : await run(meant);
}

/**
 * Sets fields of a subject of a directory; a field that holds the value already is left as it is.
 *
 * @param context The decision.
 * @param place The directory and the subject, and what is known of it.
 * @param fields New values; undefined leaves a field as it is.
 */
export function setFields(
  context: DecisionContext,
  place: {
    readonly space: SpaceId;
    readonly subject: string;
    readonly before: DirectoryEntry | undefined;
  },
  fields: Readonly<Record<string, DirectoryValue | undefined>>,
): void {
  const { space, subject, before } = place;
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const known = before?.fields[field] ?? null;
    const contested = before?.contested.includes(field) ?? false;
    if (!contested && JSON.stringify(known) === JSON.stringify(value)) continue;
    context.record(space, {
      type: "DirectoryChanged",
      id: context.newId(),
      at: context.at,
      space,
      subject,
      field,
      value,
      over: directoryOver(context.rows, { space, subject, field }),
    });
  }
}

/** Whether a subject's name is a number that facts can hold, written as numbers are: `pump/7`, not `pump/07`. */
export function isNumbered({ subject }: DirectoryEntry): boolean {
  const name = subject.slice(subject.indexOf("/") + 1);
  return /^[1-9][0-9]{0,9}$/.test(name) && Number(name) <= PUMP_NUMBER_MAX;
}

/** The sites of which this node has something, or the one that is asked for. */
export function sitesOf(
  { replica }: Pick<UseCaseContext, "replica">,
  site?: SiteCode,
): SiteCode[] {
  if (site !== undefined) return [site];
  return replica.register.spaces()
    .filter((space) => space.startsWith("site:"))
    .map((space) => space.slice("site:".length) as SiteCode)
    .toSorted();
}

/** A page of rows that are made in memory; the cursor is the key of the last row shown. */
export function pageByKey<T>(
  rows: readonly T[],
  query: PageQuery,
  keyOf: (row: T) => readonly [string, number],
): Page<T> {
  const [site, number] = decodeCursor(query.cursor) ?? [];
  const start = site === undefined ? 0 : rows.findIndex((row) => {
    const key = keyOf(row);
    return key[0] > String(site) ||
      (key[0] === site && key[1] > Number(number));
  });
  const items = start < 0 ? [] : rows.slice(start, start + query.limit);
  const last = items.at(-1);
  const more = start >= 0 && start + query.limit < rows.length;
  return {
    items,
    total: rows.length,
    next: more && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
