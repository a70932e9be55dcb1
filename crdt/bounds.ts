/**
 * Bounds: what must not go below zero however the network is cut. A bound has a name that says what it guards; the name
 * also says in which space its facts stand.
 *
 * @module
 */
import type { CardId, CompanyId } from "./fleet_facts.ts";
import {
  type FactId,
  parseFactId,
  parseProductId,
  parseSiteCode,
  type ProductId,
  sha256,
  type SiteCode,
  siteSpace,
  type SpaceId,
  toHex,
} from "./ids.ts";

/**
 * A bound's name: `stock:<site>/<product>/<id of the change to strict>`, `tank:<site>/<tank>`, `account:<company>`,
 * `card:<company>/<card>`, and with a period of its own `card:<company>/<card>/<yyyy-mm>`; `floor:<company>` for what
 * stations may sell without contact, `result:<site>/<purchase>` for the right to deliver a verdict.
 */
export type BoundName = string & { readonly __brand: "BoundName" };

const UUID_LENGTH = 36;
/** Digits of a log's name in the ids of facts that make rights. */
const LOG_DIGITS = 12;

/**
 * The bound of a product that is sold strictly at a site.
 *
 * @param site The site.
 * @param product The product.
 * @param opened The change to `strict` that opened the bound.
 * @returns The bound's name.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const id = "00000000-0000-4000-8000-000000000001";
 * const bound = stockBound("CUS" as never, "honey" as never, id as never);
 * strictEqual(bound, `stock:CUS/honey/${id}`);
 * ```
 */
export function stockBound(
  site: SiteCode,
  product: ProductId,
  opened: FactId,
): BoundName {
  return `stock:${site}/${product}/${opened}` as BoundName;
}

/** The bound of a company's balance. */
export function accountBound(company: CompanyId): BoundName {
  return `account:${company}` as BoundName;
}

/** The bound of what a card may still spend. */
export function cardBound(company: CompanyId, card: CardId): BoundName {
  return `card:${company}/${card}` as BoundName;
}

/** The bound of what stations may sell without contact. */
export function floorBound(company: CompanyId): BoundName {
  return `floor:${company}` as BoundName;
}

/** The bound of the right to deliver a purchase's verdict to its card. */
export function resultBound(site: SiteCode, purchase: FactId): BoundName {
  return `result:${site}/${purchase}` as BoundName;
}

/**
 * Reads a bound's name.
 *
 * @param text Anything.
 * @returns The name, or undefined if the text is none.
 */
export function parseBoundName(text: unknown): BoundName | undefined {
  if (typeof text !== "string" || !text.isWellFormed()) return undefined;
  const [kind = ""] = text.split(":", 1);
  const rest = text.slice(kind.length + 1);
  const known = kind === "stock"
    ? isStock(rest)
    : otherForms.get(kind)?.test(rest);
  return known === true ? text as BoundName : undefined;
}

const otherForms: ReadonlyMap<string, RegExp> = new Map([
  ["tank", /^[A-Z0-9]{2,12}\/[A-Za-z0-9_-]{1,32}$/],
  ["account", /^[0-9]{1,10}$/],
  ["floor", /^[0-9]{1,10}$/],
  ["result", /^[A-Z0-9]{2,12}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  ["card", /^[0-9]{1,10}\/[A-Za-z0-9_-]{1,64}(\/[0-9]{4}-[0-9]{2})?$/],
]);

function isStock(rest: string): boolean {
  const site = rest.slice(0, rest.indexOf("/"));
  const product = rest.slice(site.length + 1, -UUID_LENGTH - 1);
  const opened = rest.slice(-UUID_LENGTH);
  return parseSiteCode(site) === site &&
    parseProductId(product) !== undefined &&
    rest.at(-UUID_LENGTH - 1) === "/" && parseFactId(opened) === opened;
}

/**
 * The space in which a bound's facts stand.
 *
 * @param bound A bound.
 * @returns The site's space or the company's.
 */
export function spaceOfBound(bound: BoundName): SpaceId {
  const colon = bound.indexOf(":");
  const slash = bound.indexOf("/");
  const owner = bound.slice(colon + 1, slash < 0 ? undefined : slash);
  return /^(stock|tank|result):/.test(bound)
    ? siteSpace(owner as SiteCode)
    : `company:${owner}` as SpaceId;
}

/**
 * The id of a fact that makes or moves rights: it contains its log, so that no other log can hold the same fact.
 *
 * @param log The log's name.
 * @param request The id that the caller gave, or one drawn at random.
 * @returns The id; the same for the same log and request.
 */
export function logFactId(log: string, request: FactId): FactId {
  const digest = toHex(sha256(new TextEncoder().encode(request)));
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${
    digest.slice(12, 15)
  }-8${digest.slice(15, 18)}-${log.slice(0, LOG_DIGITS)}` as FactId;
}

/**
 * Whether a fact's id contains its log.
 *
 * @param id The fact's id.
 * @param log The log's name.
 */
export function containsLog(id: FactId, log: string): boolean {
  return id.endsWith(`-${log.slice(0, LOG_DIGITS)}`);
}
