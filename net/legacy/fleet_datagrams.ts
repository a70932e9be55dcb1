/**
 * What pumps tell each other as the fleet-card design has it: datagrams of an election, and messages over QUIC. The
 * installed programs send the first and read neither.
 *
 * @module
 */
import { fleetExpensePayload, readFleetExpense } from "./fleet_expense.ts";
import { readFleetJson, readTag, readU32 } from "./fleet_json.ts";
import type { FleetExpense } from "./fleet_messages.ts";

/** Most bytes of a message over QUIC. */
export const FLEET_QUIC_BYTES_MAX = 4096;

/** A datagram of an election. */
export interface ElectionDatagram {
  /** A pump wants to know who leads, tells that it is alive, or leads. */
  readonly kind: "election" | "ok" | "coordinator";
  /** The id of the pump that says so: its TCP port. */
  readonly sender: number;
}

const KINDS: Readonly<Record<number, ElectionDatagram["kind"] | undefined>> = {
  0x45: "election",
  0x4f: "ok",
  0x43: "coordinator",
};
const LETTERS: Readonly<Record<ElectionDatagram["kind"], number>> = {
  election: 0x45,
  ok: 0x4f,
  coordinator: 0x43,
};
const DATAGRAM_BYTES = 9;
const SHORT_DATAGRAM_BYTES = 5;

/**
 * Reads a datagram of an election; programs of machines with short words send short ids.
 *
 * @param bytes The datagram.
 * @returns What it says; undefined if it is something else. Never throws.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const bytes = encodeElection({ kind: "election", sender: 13_050 });
 * deepStrictEqual(parseElection(bytes), { kind: "election", sender: 13_050 });
 * deepStrictEqual(parseElection(bytes.subarray(0, 5)), { kind: "election", sender: 13_050 });
 * ```
 */
export function parseElection(bytes: Uint8Array): ElectionDatagram | undefined {
  const kind = KINDS[bytes[0] ?? 0];
  if (kind === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === SHORT_DATAGRAM_BYTES) {
    return { kind, sender: view.getUint32(1, true) };
  }
  if (bytes.length !== DATAGRAM_BYTES) return undefined;
  const sender = view.getBigUint64(1, true);
  return sender > Number.MAX_SAFE_INTEGER
    ? undefined
    : { kind, sender: Number(sender) };
}

/**
 * Writes a datagram of an election.
 *
 * @param datagram What it says.
 * @returns Nine bytes.
 */
export function encodeElection(
  { kind, sender }: ElectionDatagram,
): Uint8Array {
  const bytes = new Uint8Array(DATAGRAM_BYTES);
  bytes[0] = LETTERS[kind];
  new DataView(bytes.buffer).setBigUint64(1, BigInt(sender), true);
  return bytes;
}

/** A message between pumps over QUIC. */
export type FleetQuicMessage =
  | {
    /** To be authorized. */
    readonly kind: "expense";
    /** What is to be charged. */
    readonly expense: FleetExpense;
  }
  | {
    /** A pump wants to know who leads, or leads. */
    readonly kind: "election" | "coordinator";
    /** Its port. */
    readonly sender: number;
  }
  | {
    /** The pump that leads does not answer. */
    readonly kind: "leaderFailure";
    /** Its port. */
    readonly failed: number;
    /** The port of the one that says so. */
    readonly sender: number;
  };

/**
 * Reads what came on one stream.
 *
 * @param content All of it.
 * @returns The message; undefined if it is something else. Never throws.
 */
export function parseQuicMessage(
  content: Uint8Array,
): FleetQuicMessage | undefined {
  if (content.length > FLEET_QUIC_BYTES_MAX) return undefined;
  const [tag, members] = readTag(readFleetJson(content)) ?? [];
  const sender = readU32(members, "sender_port");
  switch (tag) {
    case "Expense": {
      const expense = readFleetExpense(members);
      return expense === undefined ? undefined : { kind: "expense", expense };
    }
    case "Election":
      return sender === undefined ? undefined : { kind: "election", sender };
    case "Coordinator":
      return sender === undefined ? undefined : { kind: "coordinator", sender };
    case "LeaderFailure": {
      const failed = readU32(members, "failed_leader_port");
      return failed === undefined || sender === undefined
        ? undefined
        : { kind: "leaderFailure", failed, sender };
    }
    default:
      return undefined;
  }
}

/**
 * Writes a message for one stream.
 *
 * @param message The message; its numbers are u32.
 * @returns All that the stream has.
 */
export function encodeQuicMessage(message: FleetQuicMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(quicPayload(message)));
}

function quicPayload(message: FleetQuicMessage): Record<string, unknown> {
  switch (message.kind) {
    case "expense":
      return { "Expense": fleetExpensePayload(message.expense) };
    case "election":
      return { "Election": { "sender_port": message.sender } };
    case "coordinator":
      return { "Coordinator": { "sender_port": message.sender } };
    case "leaderFailure":
      return {
        "LeaderFailure": {
          "failed_leader_port": message.failed,
          "sender_port": message.sender,
        },
      };
  }
}
