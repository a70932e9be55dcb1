/**
 * What the use-cases of fleet cards share: which company is meant, who issues its rights, what of it is known here.
 *
 * @module
 */
import {
  accountBound,
  allows,
  balanceOf,
  type BoundName,
  type Certificate,
  type Clock,
  type CompanyId,
  directoryEntry,
  equalBytes,
  type FactId,
  FLEET_COMPANIES,
  FLEET_ISSUED,
  IN_TRANSIT,
  mayIssue,
  ok,
  readChain,
  type Reader,
  type Result,
  RETURNS_DUE,
  RIGHTS,
  RIGHTS_TAKEN,
  type RightsSums,
  rightsTotal,
  type SpaceId,
  statedOf,
  type TableSchema,
  type Verb,
} from "../../crdt/mod.ts";
import type { Logger } from "../ports.ts";
import type { Refusal } from "../use_cases.ts";
import { refuse, type UseCaseContext } from "../use_cases/context.ts";

/** The currency of companies' accounts. */
export const FLEET_MONEY: { readonly currency: string; readonly exponent: 0 } =
  { currency: "ARS", exponent: 0 };

/** What the use-cases of fleet cards work with. */
export interface FleetContext extends Omit<UseCaseContext, "drawer"> {
  /** Time. */
  readonly clock: Clock;
  /**
   * Gets rights from all who have some until this node has so many, or the deadline is over.
   *
   * @returns How many a decision will find now.
   */
  readonly gather: (
    wanted: {
      readonly bound: BoundName;
      readonly amount: number;
      readonly waitMs: number;
    },
  ) => Promise<number>;
  /** Draws the id of a purchase. */
  readonly newId: () => FactId;
  /** Which companies that nobody here knows may be asked for. */
  readonly strangers: Strangers;
  /** Log lines. */
  readonly logger: Logger;
  /** Whether somebody who knows said, when this node last asked, that nobody has as much of a bound. */
  readonly isShort: (bound: BoundName) => boolean;
}

/** Lets through so many companies an hour that this node has never asked for. */
export interface Strangers {
  /** Whether a company may be asked for now; if so, it is counted. */
  admit(company: CompanyId): boolean;
}

/** Companies that a node may ask for the first time within an hour. */
export const STRANGERS_MAX = 64;
const HOUR_MS = 3_600_000;

/**
 * Makes the count of companies that are asked for the first time.
 *
 * @param clock Time.
 * @returns The count.
 */
export function createStrangers(clock: Pick<Clock, "monotonic">): Strangers {
  const asked = new Set<CompanyId>();
  let since = clock.monotonic();
  return {
    admit(company) {
      if (clock.monotonic() - since >= HOUR_MS) {
        asked.clear();
        since = clock.monotonic();
      }
      if (asked.size >= STRANGERS_MAX && !asked.has(company)) return false;
      asked.add(company);
      return true;
    },
  };
}

/** The space of a company. */
export function companySpace(company: CompanyId): SpaceId {
  return `company:${company}` as SpaceId;
}

const read = new WeakMap<Uint8Array, Certificate | null>();

/**
 * Whether this node's certificate gives a verb in a company's space.
 *
 * @param use The node.
 * @param company The company.
 * @param verb The verb.
 */
export function isAllowed(
  { replica }: Pick<UseCaseContext, "replica">,
  company: CompanyId,
  verb: Verb,
): boolean {
  const chain = replica.certificate;
  let certificate = read.get(chain);
  if (certificate === undefined) {
    certificate = readChain(chain)?.[0] ?? null;
    read.set(chain, certificate);
  }
  return certificate !== null &&
    allows(certificate, companySpace(company), verb);
}

/** A company's name; empty if nobody gave one. */
export function companyName(rows: Reader, company: CompanyId): string {
  const space = companySpace(company);
  const entry = directoryEntry(rows, space, `company/${company}`);
  return String(entry?.fields["name"] ?? "");
}

/** Whether anything that is here speaks of a company. */
export function isKnown(rows: Reader, company: CompanyId): boolean {
  const row = rows.get(FLEET_COMPANIES, [Number(company)]);
  return Number(row?.["known"] ?? 0) > 0;
}

/**
 * Whether this node may make and destroy rights of a company: its certificate says so, and no other log is named.
 *
 * @param use The node.
 * @param rows The views.
 * @param company The company.
 */
export function mayChange(
  use: Pick<UseCaseContext, "node" | "replica">,
  rows: Reader,
  company: CompanyId,
): boolean {
  if (!isAllowed(use, company, "price")) return false;
  const space = companySpace(company);
  const own = use.replica.register.own(space);
  return own === undefined
    ? statedOf(rows, space) === undefined
    : mayIssue(rows, space, own.name);
}

/**
 * Whether this node does what a company's issuer does by itself: it makes unknown cards, covers floor expenses, settles
 * months. Where no statement names the issuer it is whoever made the first rights, so that one node does it.
 *
 * @param use The node.
 * @param rows The views.
 * @param company The company.
 */
export function isIssuer(
  use: Pick<UseCaseContext, "node" | "replica">,
  rows: Reader,
  company: CompanyId,
): boolean {
  if (!mayChange(use, rows, company)) return false;
  const { register } = use.replica;
  const space = companySpace(company);
  const own = register.own(space);
  if (statedOf(rows, space) !== undefined) return own !== undefined;
  const [first] = rows.scan(FLEET_ISSUED, {
    prefix: [Number(company)],
    limit: 1,
  });
  if (first === undefined) return use.node.roles.includes("company");
  const entry = register.byNumber(Number(first["log"]));
  return own !== undefined && entry !== undefined &&
    equalBytes(entry.publicKey, own.publicKey);
}

/** What a bound has altogether, never below 0. */
export function totalOf(rows: Reader, bound: BoundName): number {
  return Math.max(0, rightsTotal(rows, bound));
}

/**
 * Reads what many bounds have altogether: what few meshes have (rights to be given back, rights of lost logs) is looked
 * for once.
 *
 * @param rows The views.
 * @returns As `totalOf`.
 */
export function totalsOf(rows: Reader): (bound: BoundName) => number {
  const isEmpty = (table: TableSchema) =>
    rows.scan(table, { limit: 1 }).length === 0;
  if (!isEmpty(RETURNS_DUE) || !isEmpty(RIGHTS_TAKEN)) {
    return (bound) => totalOf(rows, bound);
  }
  const noneInTransit = isEmpty(IN_TRANSIT);
  return (bound) => {
    const held = rows.scan(RIGHTS, { prefix: [bound] }).reduce(
      (sum, row) => sum + balanceOf(row as unknown as RightsSums),
      0,
    );
    const index = { index: "by_bound", prefix: [bound] };
    const moving = noneInTransit ? [] : rows.scan(IN_TRANSIT, index);
    return Math.max(
      0,
      moving.reduce((sum, row) => sum + Number(row["amount"]), held),
    );
  };
}

/** Deposits less accepted expenses, never below 0. */
export function companyBalance(rows: Reader, company: CompanyId): number {
  return totalOf(rows, accountBound(company));
}

/** The refusal of a change that another node makes. */
export function refuseChange(company: CompanyId) {
  return refuse(
    "forbidden",
    `Another member makes the rights of company ${company}: let it do this, or name this one with mesh issuer`,
  );
}

/** A log is opened before peers are asked for rights: they grant to a log that they know. */
export async function openCompanyLog(
  { replica }: Pick<UseCaseContext, "replica">,
  company: CompanyId,
): Promise<Result<null, Refusal>> {
  const space = companySpace(company);
  if (replica.register.own(space) !== undefined) return ok(null);
  return await replica.decide((context) => {
    context.log(space);
    return ok(null);
  });
}
