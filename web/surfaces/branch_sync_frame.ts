/**
 * What the routes of the branch software's surface share: a request as they see it, and who may ask.
 *
 * @module
 */
import { type Clock, parseSiteCode, type SiteCode } from "../../crdt/mod.ts";
import type { Refusal, SignedIn, UseCases } from "../../nodes/mod.ts";
import type { StockMemory } from "./branch_sync_memory.ts";
import { type Family, refusal, refusedBy } from "./branch_sync_wire.ts";

/** The surface's own settings, and what it remembers. */
export interface Surface {
  /** The node. */
  readonly useCases: UseCases;
  /** Tells the time. */
  readonly clock: Clock;
  /** The code under which this node answers. */
  readonly code: string;
  /** The name that goes with it. */
  readonly name: string;
  /** This node's site, the only one whose rows it writes; null at an office. */
  readonly site: SiteCode | null;
  /** Which stock each caller was served last. */
  readonly served: StockMemory;
}

/** Who asks. */
export interface Caller extends SignedIn {
  /** Tells callers apart: the session's id, or a part of the token. */
  readonly key: string;
  /** The token by which it asks; null if it asks by a session. */
  readonly token: string | null;
}

/** A request as a route sees it. */
export interface Call {
  /** The request itself. */
  readonly raw: Request;
  /** The form of refusals here. */
  readonly family: Family;
  /** The value of the path's `:id`; empty without one. */
  readonly param: string;
  /** The query. */
  readonly query: URLSearchParams;
  /** The asking machine's network address. */
  readonly address: string;
  /** True if it asks from this machine, under this machine's own name. */
  readonly isLocal: boolean;
  /** The body: an object or an array, empty without one. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Who asks; undefined at addresses that are open. */
  readonly caller: Caller | undefined;
}

/**
 * Who may ask at an address: everybody, the branches of the allow-list, who has signed in, of these supervisors and
 * administrators, or administrators alone.
 */
export type Access = "open" | "sender" | "user" | "manager" | "admin";

/** A route. */
export interface Route {
  /** The method. */
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path in lower case, with at most one `:id`, a whole segment. */
  readonly path: string;
  /** Who may ask. */
  readonly access: Access;
  /** True where somebody may ask who must choose a password first. */
  readonly beforePassword?: true;
  /** Answers. */
  readonly handle: (call: Call) => Response | Promise<Response>;
}

/**
 * A refusal in the form of the address.
 *
 * @param call The request.
 * @param status The status.
 * @param text A short sentence in Spanish.
 * @param headers Further headers.
 * @returns The answer.
 */
export function deny(
  call: Call,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return refusal(call.family, status, text, headers);
}

/**
 * The answer to a refusal of the node, in the form of the address.
 *
 * @param call The request.
 * @param refused Why the node refused.
 * @returns The answer.
 */
export function denyBy(call: Call, refused: Refusal): Response {
  return refusedBy(call.family, refused);
}

/**
 * Who asks, for the list of what administrators did.
 *
 * @param call The request.
 * @returns The `by` of a use-case's input, or nothing.
 */
export function byOf(
  { caller }: Call,
): { readonly by?: SignedIn["actor"] } {
  return caller === undefined ? {} : { by: caller.actor };
}

/**
 * The sites whose rows a request asks for: at a branch its own, at a node that receives for others all, unless `sucursal`
 * names one or, by `*`, all.
 *
 * @param surface The surface.
 * @param call The request.
 * @returns One site; undefined for all.
 */
export function siteAsked(
  { useCases, site }: Surface,
  call: Call,
): SiteCode | undefined {
  const named = call.query.get("sucursal");
  if (named === "*") return undefined;
  const code = parseSiteCode(named?.toUpperCase());
  if (code !== undefined) return code;
  return useCases.branchSync.isCentral ? undefined : site ?? undefined;
}

/**
 * A whole number of the query.
 *
 * @param call The request.
 * @param name The parameter.
 * @param range The value where it is absent, and the greatest; less is 1.
 * @returns The number within its range; the fallback for what is no number.
 */
export function countAsked(
  call: Call,
  name: string,
  { fallback, most }: { readonly fallback: number; readonly most: number },
): number {
  const text = call.query.get(name);
  if (text === null || !/^\d{1,9}$/.test(text)) return fallback;
  return Math.min(Math.max(1, Number(text)), most);
}
