/**
 * Realistic bugs of fleet cards that scenarios find: money made or lost, and a verdict that a card gets twice.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** The bugs. */
export const FLEET_MUTATIONS: readonly Mutation[] = [
  {
    name: "spend less on a card purchase than is charged",
    file: "nodes/fleet/charge.ts",
    find: `    purchase: id,
    bounds,
    amount,`,
    replace: `    purchase: id,
    bounds,
    amount: Math.max(1, amount - 1),`,
    foundBy: { scenario: "fleet", seed: 205, seeds: 3 },
  },
  {
    name: "deliver a card's verdict without the right to",
    file: "nodes/fleet/results.ts",
    find: `  if (free < 1) {`,
    replace: `  if (free < 0) {`,
    foundBy: { scenario: "fleet", seed: 201, seeds: 2 },
  },
  {
    name: "cover on the floor what rights have paid",
    file: "nodes/fleet/floor.ts",
    find: `  const id = captureId(purchase);`,
    replace: `  const id = captureId(coverId(purchase));`,
    foundBy: {
      test: "tests/nodes/fleet/charge_mesh_test.ts",
      filter: "by floor first, is paid once",
    },
  },
  {
    name: "keep a cover that a payment by rights has replaced",
    file: "nodes/fleet/floor.ts",
    find: `      insteadOf: { purchase, bounds, amount },`,
    replace: ``,
    foundBy: { scenario: "fleet", seed: 1515, seeds: 4 },
  },
  {
    name: "forget a purchase that was decided before",
    file: "nodes/fleet/charge.ts",
    find: `    : earlier(context, fact) ?? heldBefore(context, purchase);`,
    replace: `    : heldBefore(context, purchase);`,
    foundBy: {
      test: "tests/nodes/fleet/charge_test.ts",
      filter: "gives a repeat the first answer",
    },
  },
];
