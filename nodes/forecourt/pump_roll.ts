/**
 * Which pumps a station lists, kept at hand: every line and every datagram asks for it. A pump that dials and is not
 * listed may be listed by itself.
 *
 * @module
 */
import type { SiteCode } from "../../crdt/mod.ts";
import type { PumpRefusal } from "../../net/mod.ts";
import type { Logger } from "../ports.ts";
import type { Page } from "../use_cases.ts";
import type { ForecourtUseCases, PumpView } from "./forecourt_use_cases.ts";

/** What fits into the largest delivery of a pump that lists itself, in milliliters. */
const CAPACITY_ML = 100_000;
/** Most pumps of a station; beyond, none is listed by itself. */
export const LISTED_PUMPS_MAX = 5_000;
/** Pumps that are read from the directory at once. */
const PAGE = 1000;

/** What the roll works with. */
export interface PumpRollParts {
  /** The station. */
  readonly site: SiteCode;
  /** The directory. */
  readonly forecourt: Pick<ForecourtUseCases, "addPump" | "pump" | "pumps">;
  /** Log lines. */
  readonly logger: Logger;
}

/** How a pump wants to be listed. */
export interface PumpEntry {
  /** Its name. */
  readonly name: string;
  /** The fuels that it can deliver. */
  readonly fuels: readonly string[];
  /** The fuel that it is set to. */
  readonly fuel: string;
}

/** The listed pumps of a station. */
export class PumpRoll {
  readonly #parts: PumpRollParts;
  readonly #listed = new Set<number>();

  /**
   * Begins empty.
   *
   * @param parts What it works with.
   */
  constructor(parts: PumpRollParts) {
    this.#parts = parts;
  }

  /** Reads the directory. */
  start(): void {
    const { forecourt, site } = this.#parts;
    let cursor: string | null = null;
    do {
      const query = { site, limit: PAGE };
      const page: Page<PumpView> = forecourt.pumps(
        cursor === null ? query : { ...query, cursor },
      );
      for (const { pump } of page.items) this.#listed.add(pump);
      cursor = page.next;
    } while (cursor !== null);
  }

  /** Whether a pump is listed. */
  has(pump: number): boolean {
    return this.#listed.has(pump);
  }

  /**
   * A pump was listed, changed, or taken off the list.
   *
   * @returns Whether it is listed now.
   */
  changed(pump: number): boolean {
    const { forecourt, site } = this.#parts;
    const listed = forecourt.pump(site, pump) !== undefined;
    if (listed) this.#listed.add(pump);
    else this.#listed.delete(pump);
    return listed;
  }

  /** The fuel that a pump is set to; empty if it is not listed. */
  fuelOf(pump: number): string {
    const { forecourt, site } = this.#parts;
    return forecourt.pump(site, pump)?.fuel ?? "";
  }

  /**
   * Lists a pump.
   *
   * @returns Why it could not be, undefined if it is listed.
   */
  async add(
    pump: number,
    { name, fuels, fuel }: PumpEntry,
  ): Promise<PumpRefusal | undefined> {
    const { forecourt, site } = this.#parts;
    if (this.#listed.size >= LISTED_PUMPS_MAX) return "not_listed";
    const entry = { name, fuels, fuel, capacityMl: CAPACITY_ML };
    try {
      const added = await forecourt.addPump({ site, pump, ...entry });
      if (!added.ok && added.error.code !== "pump_exists") {
        return this.#failed(pump, added.error.code);
      }
    } catch (error) {
      return this.#failed(pump, String(error));
    }
    this.#listed.add(pump);
    return undefined;
  }

  #failed(pump: number, reason: string): PumpRefusal {
    const { logger } = this.#parts;
    logger.log("warn", "A pump could not be listed", { pump, reason });
    return "not_listed";
  }
}
