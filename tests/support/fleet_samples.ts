/**
 * One fact of each kind of fleet cards, with everything that it may hold.
 *
 * @module
 */
import {
  confirmationId,
  coverId,
  expenseId,
  type Fact,
  resultId,
} from "../../crdt/mod.ts";
import { idOf, makeFact } from "./facts.ts";

const of = { company: "42", card: "7" };
const money = { currency: "ARS", exponent: 0 };
const by = { id: "7", name: "Ana" };
const purchase = idOf("purchase");

/** One of each. */
export const FLEET_SAMPLES: readonly Fact[] = [
  makeFact("CardRegistered", {
    ...of,
    id: idOf("card"),
    limit: 500,
    automatic: true,
    by,
  }),
  makeFact("ExpenseDecided", {
    ...of,
    ...money,
    id: expenseId(purchase),
    purchase,
    amount: 16_060,
    date: "2026-02-03",
    liters: 10,
    place: { site: "E05", province: 3, station: 5, pump: 0 },
    route: {
      pumpAddress: "127.0.0.1:13050",
      station: "5",
      regional: "3",
      retries: 2,
    },
    source: "card",
    accepted: true,
    suspect: true,
    floor: true,
    held: true,
  }),
  makeFact("ExpenseDecided", {
    ...of,
    ...money,
    id: expenseId(idOf("refused")),
    purchase: idOf("refused"),
    amount: 0,
    date: "2026-02-03",
    place: {},
    source: "import",
    accepted: false,
    reason: "amount_invalid",
  }),
  makeFact("VerdictConfirmed", {
    company: "42",
    id: confirmationId(purchase),
    purchase,
  }),
  makeFact("FloorCovered", {
    company: "42",
    id: coverId(purchase),
    purchase,
    amount: 16_060,
  }),
  makeFact("CardResultKept", {
    ...of,
    id: resultId(purchase),
    site: "CUS",
    purchase,
    success: true,
  }),
  makeFact("FleetSettled", {
    ...money,
    company: "42",
    id: idOf("settled"),
    month: "2026-02",
    covers: [{ log: "a".repeat(32), seq: 4 }],
    count: 1,
    amount: 16_060,
    floorSettled: 16_060,
    by,
  }),
];
