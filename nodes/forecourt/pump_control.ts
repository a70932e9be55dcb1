/**
 * What a native pump lets a person or a page do: start, finish and configure deliveries. The pump's peer implements it,
 * its surface and its routes use it. Apart from `forecourt_use_cases.ts`, which every node has.
 *
 * Volumes are whole milliliters; money is whole units of the site's currency; instants are whole microseconds since
 * 1970, UTC.
 *
 * @module
 */
import type { ProductId, Result } from "../../crdt/mod.ts";
import type { Refusal } from "../use_cases.ts";
import type { FuelPrice, FuelSaleView } from "./forecourt_use_cases.ts";
import type { PumpOperation } from "./live_pumps.ts";

/** A native pump as it is now. */
export interface PumpControlState {
  /** Its number at the site, 1 or more. */
  readonly number: number;
  /** Its name. */
  readonly name: string;
  /** What it does. */
  readonly operation: PumpOperation;
  /** The fuel that it is set to. */
  readonly fuel: ProductId;
  /** The fuels that it can deliver. */
  readonly fuels: readonly ProductId[];
  /** Milliliters of the running delivery; 0 when idle. */
  readonly volumeMl: number;
  /** Money of the running delivery; 0 when idle. */
  readonly amount: number;
  /** Price of one liter: of the running delivery, or of the next one when idle; 0 while it has none. */
  readonly price: number;
  /** When the running or last delivery began; null if there was none since the start. */
  readonly startedAt: number | null;
  /** Whether its station, a peer or an original program, is linked to it now. */
  readonly connected: boolean;
  /** Whether it also sends fast reports, one a tick, to an original station. */
  readonly fastReports: boolean;
}

/** The controls of a native pump. */
export interface PumpControl {
  /** The pump as it is now. */
  state(): PumpControlState;
  /**
   * Starts a delivery of the set fuel at the price in force. Resolves once the delivery would survive a loss of power.
   * Codes: `pump_busy` unless it is idle, `price_unknown`, `forbidden`.
   */
  start(): Promise<Result<PumpControlState, Refusal>>;
  /**
   * Ends the running delivery as a recorded sale. Resolves once the sale is durable. Codes: `pump_not_dispensing`
   * unless it dispenses (a paused delivery is not closed by this), `forbidden`.
   */
  finish(
    input: { readonly payment: string },
  ): Promise<Result<{ readonly sale: FuelSaleView }, Refusal>>;
  /**
   * Sets the fuel, the name or both. Codes: `pump_busy` while it dispenses, `product_unknown` for a fuel that it cannot
   * deliver.
   */
  configure(
    input: { readonly fuel?: string; readonly name?: string },
  ): Promise<Result<PumpControlState, Refusal>>;
  /** The prices that it holds, those that it shows and sells at. */
  prices(): readonly FuelPrice[];
}
