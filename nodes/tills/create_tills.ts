/**
 * Puts the use-cases about tills together.
 *
 * @module
 */
import {
  CASH_CLOSES,
  CASH_MOVES,
  CASH_SESSIONS,
  SALES_CLOSES,
} from "../../crdt/mod.ts";
import { createBusinessUseCases } from "./business.ts";
import { createCashUseCases } from "./cash_sessions.ts";
import { createReceiptUseCases } from "./receipts.ts";
import { createCloseUseCases, type TillContext } from "./sales_closes.ts";
import type { TillUseCases } from "./till_use_cases.ts";

/** Tables whose changes are shown, and under which name. */
export const TILLS_SHOWN: readonly (readonly [table: string, view: string])[] =
  [
    [CASH_SESSIONS.name, "cash_sessions"],
    [CASH_MOVES.name, "cash_sessions"],
    [CASH_CLOSES.name, "cash_sessions"],
    [SALES_CLOSES.name, "sales_closes"],
  ];

/**
 * Puts the use-cases about tills together.
 *
 * @param context The node, its replica, its drawer and its peers.
 * @returns The use-cases.
 */
export function createTills(context: TillContext): TillUseCases {
  return {
    ...createCashUseCases(context),
    ...createCloseUseCases(context),
    ...createReceiptUseCases(context),
    ...createBusinessUseCases(context),
  };
}
