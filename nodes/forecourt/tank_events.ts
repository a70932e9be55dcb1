/**
 * What happened to a tank besides its pumps' deliveries: fuel that was brought, and dips.
 *
 * @module
 */
import type { FactId, SiteCode } from "../../crdt/mod.ts";
import type { Page, PageQuery } from "../answers.ts";

/** Fuel that was brought to a tank, or a dip of it. */
export interface TankEventView {
  /** The fact behind it. */
  readonly id: FactId;
  /** The tank's site. */
  readonly site: SiteCode;
  /** The tank's number. */
  readonly tank: number;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** The business date. */
  readonly date: string;
  /** What it was. */
  readonly kind: "delivery" | "dip";
  /** Milliliters: what was brought, or what the dip found more than expected (below zero for a loss). */
  readonly volumeMl: number;
}

/** Which tank's. */
export interface TankEventQuery extends PageQuery {
  /** The tank's site. */
  readonly site: SiteCode;
  /** The tank's number. */
  readonly tank: number;
}

/** Lists what happened to tanks. */
export interface TankEvents {
  /** Fuel brought and dips of a tank, newest first. */
  tankEvents(query: TankEventQuery): Page<TankEventView>;
}
