/**
 * What the installed fleet-card programs say to each other over TCP: the opcodes, and the messages as values.
 *
 * @module
 */

/** The opcodes that are assigned. The paper's own numbers are not among them (C-01). */
export const FLEET_OPCODES = {
  fuelRequest: 0,
  fuelComplete: 1,
  pendingQuery: 2,
  noPendingResult: 3,
  expense: 4,
  verdict: 5,
  /** Assigned, never sent. */
  cardReconnect: 6,
  acknowledgement: 7,
  totalBalance: 10,
  charge: 11,
  registerCard: 12,
  cardLimit: 13,
  setLimit: 14,
  cards: 15,
  expenses: 16,
  /** Assigned, never sent. */
  pendingCardResult: 17,
  stationHere: 18,
} as const;

const ASSIGNED: ReadonlySet<number> = new Set(Object.values(FLEET_OPCODES));

/**
 * Whether an opcode means something anywhere.
 *
 * @param opcode 0 to 255.
 * @returns False for 8, 9 and everything from 19.
 */
export function isFleetOpcode(opcode: number): boolean {
  return ASSIGNED.has(opcode);
}

/** What a card spends. All numbers are u32. */
export interface FleetExpense {
  /** The company that pays. */
  readonly company: number;
  /** The card, unique in its company. */
  readonly card: number;
  /** Whole units of the currency. */
  readonly total: number;
  /** `YYYY-MM-DD` in UTC; any text from elsewhere, to be given back unchanged. */
  readonly date: string;
}

/** A card wants fuel. */
export interface FuelRequest {
  /** What it is. */
  readonly kind: "fuelRequest";
  /** The company that pays. */
  readonly company: number;
  /** The card. */
  readonly card: number;
  /** Whole liters. */
  readonly liters: number;
  /** Where nobody listens. */
  readonly cardAddress: string;
}

/** The answer to a card. */
export interface FuelComplete {
  /** What it is. */
  readonly kind: "fuelComplete";
  /** True if it was charged. */
  readonly success: boolean;
}

/** A card asks for an answer that it did not get. */
export interface PendingQuery {
  /** What it is. */
  readonly kind: "pendingQuery";
  /** The card; of which company is not said. */
  readonly card: number;
}

/** There is no such answer. */
export interface NoPendingResult {
  /** What it is. */
  readonly kind: "noPendingResult";
}

/** A station has sold something to a card. */
export interface PumpExpense {
  /** What it is. */
  readonly kind: "expense";
  /** The pump; opaque but for the station itself. */
  readonly pumpAddress: string;
  /** What is to be charged. */
  readonly expense: FleetExpense;
  /** The station's number as a text; opaque but for the station itself. */
  readonly station: string;
}

/** Whether an expense was charged. */
export interface PaymentVerdict {
  /** What it is. */
  readonly kind: "verdict";
  /** As it was told. */
  readonly pumpAddress: string;
  /** As it was told. */
  readonly expense: FleetExpense;
  /** True if it was charged. */
  readonly accepted: boolean;
  /** As it was told. */
  readonly station: string;
}

/** A regional office has a verdict. */
export interface PaymentAcknowledgement {
  /** What it is. */
  readonly kind: "acknowledgement";
  /** As the verdict has it. */
  readonly pumpAddress: string;
  /** As the verdict has it. */
  readonly expense: FleetExpense;
}

/** A station has dialed a regional office. */
export interface StationHere {
  /** What it is. */
  readonly kind: "stationHere";
  /** The station. */
  readonly station: string;
  /** The regional office. */
  readonly regional: string;
}

/** A message between card, station, regional office and company. */
export type FleetMessage =
  | FuelRequest
  | FuelComplete
  | PendingQuery
  | NoPendingResult
  | PumpExpense
  | PaymentVerdict
  | PaymentAcknowledgement
  | StationHere;

/**
 * The text under which an original company keeps a verdict until it is acknowledged. Equal purchases of one day at one
 * pump share it: it names no purchase (C-22).
 *
 * @param pumpAddress The pump.
 * @param expense The expense.
 * @returns The text.
 */
export function confirmationKey(
  pumpAddress: string,
  { company, card, total, date }: FleetExpense,
): string {
  return `${pumpAddress}:${company}:${card}:${total}:${date}`;
}
