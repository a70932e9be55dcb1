/**
 * Orders of the mesh to one pump: each is carried out once, unless it comes too late, and what became of it is told.
 *
 * @module
 */
import type { Clock, FactId } from "../../crdt/mod.ts";
import type {
  ForecourtUseCases,
  PumpCommandView,
} from "./forecourt_use_cases.ts";
import type { PumpCommand } from "./live_pumps.ts";

/** Most orders that are remembered so that none is carried out twice. */
const ORDERS_MAX = 256;

/** What orders are carried out with. */
export interface PumpOrdersParts {
  /** Where their outcome is told. */
  readonly forecourt: Pick<ForecourtUseCases, "endPumpCommand">;
  /** Time. */
  readonly clock: Clock;
  /** Carries one out; settles when it is. */
  readonly obey: (command: PumpCommand) => Promise<void>;
}

/** Carries orders out. */
export class PumpOrders {
  readonly #parts: PumpOrdersParts;
  readonly #seen = new Set<FactId>();

  /**
   * Makes it, with no order seen.
   *
   * @param parts What orders are carried out with.
   */
  constructor(parts: PumpOrdersParts) {
    this.#parts = parts;
  }

  /**
   * Takes an order to the pump.
   *
   * @param order The order; one that was seen, or has an outcome, is passed over.
   */
  async take(order: PumpCommandView): Promise<void> {
    const { forecourt, clock, obey } = this.#parts;
    if (order.outcome !== "ordered" || this.#seen.has(order.id)) return;
    this.#remember(order.id);
    const isLate = order.expiresAt <= clock.now() * 1000;
    if (!isLate) await obey(order.command);
    await forecourt.endPumpCommand({
      site: order.site,
      pump: order.pump,
      command: order.id,
      outcome: isLate ? "expired" : "sent",
    });
  }

  #remember(id: FactId): void {
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > ORDERS_MAX && oldest !== undefined) {
      this.#seen.delete(oldest);
    }
  }
}
