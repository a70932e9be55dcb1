/**
 * The messages that the installed fleet-card programs exchange over TCP, as values, and as frames. What administrators of
 * companies say has another form: see `fleet_admin.ts`.
 *
 * @module
 */
import { fleetExpensePayload, readFleetExpense } from "./fleet_expense.ts";
import { encodeFleetFrame, type FleetFrame } from "./fleet_frames.ts";
import {
  asFleetObject,
  type FleetJson,
  type FleetJsonObject,
  readFlag,
  readFleetJson,
  readString,
  readTag,
  readU32,
} from "./fleet_json.ts";
import {
  FLEET_OPCODES,
  type FleetMessage,
  type FuelComplete,
  type FuelRequest,
  isFleetOpcode,
  type PaymentAcknowledgement,
  type PaymentVerdict,
  type PendingQuery,
  type PumpExpense,
  type StationHere,
} from "./fleet_messages.ts";

/** What a frame turned out to be. */
export type FleetReading =
  | {
    /** A message. */
    readonly kind: "message";
    /** The message. */
    readonly message: FleetMessage;
  }
  | {
    /** A payload that cannot be read, or another one than the opcode promises. */
    readonly kind: "malformed";
  }
  | {
    /** An opcode of an administrator's link, or one that is assigned and never sent. */
    readonly kind: "foreign";
  }
  | {
    /** An opcode that means nothing. */
    readonly kind: "unassigned";
  };

/** How frames are read. */
export interface FleetReadingOptions {
  /** True reads what stands in opcode 4 by its tag: original regional offices re-send other messages in it (C-45). */
  readonly expenseByTag?: boolean;
}

/** Messages by the tag of their payload. */
const TAGGED: ReadonlyMap<
  string,
  readonly [
    opcode: number,
    read: (content: FleetJsonObject) => FleetMessage | undefined,
  ]
> = new Map<
  string,
  readonly [number, (content: FleetJsonObject) => FleetMessage | undefined]
>([
  ["FuelRequest", [FLEET_OPCODES.fuelRequest, readFuelRequest]],
  ["FuelComplete", [FLEET_OPCODES.fuelComplete, readFuelComplete]],
  ["PumpExpense", [FLEET_OPCODES.expense, readPumpExpense]],
  ["PaymentProcessed", [FLEET_OPCODES.verdict, readVerdict]],
  [
    "PaymentProcessedAck",
    [FLEET_OPCODES.acknowledgement, readAcknowledgement],
  ],
  ["ServiceStationReconnected", [FLEET_OPCODES.stationHere, readStationHere]],
]);

const BY_TAG_IN_EXPENSE: ReadonlySet<number> = new Set([
  FLEET_OPCODES.acknowledgement,
  FLEET_OPCODES.stationHere,
]);

const FOREIGN: ReadonlySet<number> = new Set(
  Object.values(FLEET_OPCODES).filter((opcode) =>
    opcode !== FLEET_OPCODES.pendingQuery &&
    opcode !== FLEET_OPCODES.noPendingResult &&
    [...TAGGED.values()].every(([own]) => own !== opcode)
  ),
);

const MALFORMED: FleetReading = { kind: "malformed" };

/**
 * Reads a frame between card, station, regional office and company.
 *
 * @param frame A whole frame.
 * @param options How it is read.
 * @returns The message, or why there is none. Never throws.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const payload = new TextEncoder().encode('{"card_id":7}');
 * deepStrictEqual(parseFleetMessage({ opcode: 2, payload }), {
 *   kind: "message",
 *   message: { kind: "pendingQuery", card: 7 },
 * });
 * deepStrictEqual(parseFleetMessage({ opcode: 0, payload }), { kind: "malformed" });
 * ```
 */
export function parseFleetMessage(
  { opcode, payload }: FleetFrame,
  { expenseByTag = false }: FleetReadingOptions = {},
): FleetReading {
  if (!isFleetOpcode(opcode)) return { kind: "unassigned" };
  if (FOREIGN.has(opcode)) return { kind: "foreign" };
  const value = readFleetJson(payload);
  const message = opcode === FLEET_OPCODES.pendingQuery
    ? readPendingQuery(value)
    : readTagged(opcode, value, expenseByTag);
  return message === undefined ? MALFORMED : { kind: "message", message };
}

function readTagged(
  opcode: number,
  value: FleetJson | undefined,
  expenseByTag: boolean,
): FleetMessage | undefined {
  const [tag, content] = readTag(value) ?? [];
  const [own, read] = TAGGED.get(tag ?? "") ?? [];
  if (content === undefined || own === undefined || read === undefined) {
    return undefined;
  }
  // "Nothing pending" has the tag of an answer.
  if (opcode === FLEET_OPCODES.noPendingResult) {
    const fits = own === FLEET_OPCODES.fuelComplete;
    return fits && read(content) !== undefined
      ? { kind: "noPendingResult" }
      : undefined;
  }
  const allowed = own === opcode ||
    expenseByTag && opcode === FLEET_OPCODES.expense &&
      BY_TAG_IN_EXPENSE.has(own);
  return allowed ? read(content) : undefined;
}

function readPendingQuery(
  value: FleetJson | undefined,
): PendingQuery | undefined {
  const card = readU32(asFleetObject(value), "card_id");
  return card === undefined ? undefined : { kind: "pendingQuery", card };
}

function readFuelRequest(content: FleetJsonObject): FuelRequest | undefined {
  const request = asFleetObject(content.get("request"));
  const company = readU32(request, "company_id");
  const card = readU32(request, "card_id");
  const liters = readU32(request, "liters");
  const cardAddress = readString(content, "card_address");
  if (
    company === undefined || card === undefined || liters === undefined ||
    cardAddress === undefined
  ) return undefined;
  return { kind: "fuelRequest", company, card, liters, cardAddress };
}

function readFuelComplete(content: FleetJsonObject): FuelComplete | undefined {
  const success = readFlag(content, "success");
  return success === undefined ? undefined : { kind: "fuelComplete", success };
}

function readPumpExpense(content: FleetJsonObject): PumpExpense | undefined {
  const pumpAddress = readString(content, "pump_address");
  const expense = readFleetExpense(asFleetObject(content.get("expense")));
  const station = readString(content, "service_station_id");
  if (
    pumpAddress === undefined || expense === undefined || station === undefined
  ) return undefined;
  return { kind: "expense", pumpAddress, expense, station };
}

function readVerdict(content: FleetJsonObject): PaymentVerdict | undefined {
  const told = readPumpExpense(content);
  const accepted = readFlag(content, "accepted");
  if (told === undefined || accepted === undefined) return undefined;
  return { ...told, kind: "verdict", accepted };
}

function readAcknowledgement(
  content: FleetJsonObject,
): PaymentAcknowledgement | undefined {
  const pumpAddress = readString(content, "pump_address");
  const expense = readFleetExpense(asFleetObject(content.get("expense")));
  if (pumpAddress === undefined || expense === undefined) return undefined;
  return { kind: "acknowledgement", pumpAddress, expense };
}

function readStationHere(content: FleetJsonObject): StationHere | undefined {
  const station = readString(content, "service_station_id");
  const regional = readString(content, "regional_admin_id");
  if (station === undefined || regional === undefined) return undefined;
  return { kind: "stationHere", station, regional };
}

/**
 * Writes a message.
 *
 * @param message The message; its numbers are u32.
 * @returns Its frame, to be sent with one write.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const frame = encodeFleetMessage({ kind: "fuelComplete", success: true });
 * strictEqual(frame[0], 1);
 * strictEqual(new TextDecoder().decode(frame.subarray(5)), '{"FuelComplete":{"success":true}}');
 * ```
 */
export function encodeFleetMessage(message: FleetMessage): Uint8Array {
  return encodeFleetFrame(
    FLEET_OPCODES[message.kind],
    JSON.stringify(fleetPayload(message)),
  );
}

/** Members stand in the order of the original programs. */
function fleetPayload(message: FleetMessage): Record<string, unknown> {
  switch (message.kind) {
    case "fuelRequest":
      return {
        "FuelRequest": {
          "request": {
            "company_id": message.company,
            "card_id": message.card,
            "liters": message.liters,
          },
          "card_address": message.cardAddress,
        },
      };
    case "fuelComplete":
      return { "FuelComplete": { "success": message.success } };
    case "noPendingResult":
      return { "FuelComplete": { "success": false } };
    case "pendingQuery":
      return { "card_id": message.card };
    case "expense":
      return {
        "PumpExpense": {
          "pump_address": message.pumpAddress,
          "expense": fleetExpensePayload(message.expense),
          "service_station_id": message.station,
        },
      };
    case "verdict":
      return {
        "PaymentProcessed": {
          "pump_address": message.pumpAddress,
          "expense": fleetExpensePayload(message.expense),
          "accepted": message.accepted,
          "service_station_id": message.station,
        },
      };
    case "acknowledgement":
      return {
        "PaymentProcessedAck": {
          "pump_address": message.pumpAddress,
          "expense": fleetExpensePayload(message.expense),
        },
      };
    case "stationHere":
      return {
        "ServiceStationReconnected": {
          "service_station_id": message.station,
          "regional_admin_id": message.regional,
        },
      };
  }
}
