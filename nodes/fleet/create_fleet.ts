/**
 * Puts the use-cases about fleet cards together.
 *
 * @module
 */
import {
  FLEET_CARD_SUMS,
  FLEET_COMPANIES,
  FLEET_EXPENSES,
  FLEET_RESULTS,
  FLEET_SETTLEMENTS,
} from "../../crdt/mod.ts";
import { charge } from "./charge.ts";
import { createFleetChanges } from "./company_changes.ts";
import { createFeedUseCases } from "./feed.ts";
import type { FleetContext } from "./fleet_context.ts";
import type { FleetUseCases } from "./fleet_use_cases.ts";
import { createFleetReadings } from "./fleet_views.ts";
import { createHoldEnds } from "./holds.ts";
import { createOriginalLists } from "./original_lists.ts";
import { createResults } from "./results.ts";
import { createSettlements } from "./settlements.ts";
import { createStateFiles } from "./state_file.ts";
import { createVerdicts } from "./verdicts.ts";

/** Tables whose changes are shown, and under which name. */
export const FLEET_SHOWN: readonly (readonly [table: string, view: string])[] =
  [
    [FLEET_COMPANIES.name, "fleet_companies"],
    [FLEET_CARD_SUMS.name, "fleet_cards"],
    [FLEET_EXPENSES.name, "fleet_expenses"],
    [FLEET_RESULTS.name, "fleet_results"],
    [FLEET_SETTLEMENTS.name, "fleet_settlements"],
  ];

/**
 * Puts the use-cases about fleet cards together.
 *
 * @param use The node.
 * @returns The use-cases.
 */
export function createFleet(use: FleetContext): FleetUseCases {
  return {
    charge: (input) => charge(use, input),
    hold: (input) => charge(use, input),
    ...createHoldEnds(use),
    ...createFleetReadings(use),
    ...createFleetChanges(use),
    ...createResults(use),
    ...createVerdicts(use),
    ...createSettlements(use),
    ...createFeedUseCases(use),
    ...createStateFiles(use),
    ...createOriginalLists(use.replica),
  };
}
