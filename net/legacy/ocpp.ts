/**
 * Frames of OCPP-J 1.6: a call, its result, and its error, each a JSON array in one WebSocket message. Written from the
 * public specification.
 *
 * @module
 */

/** The WebSocket subprotocol. */
export const OCPP_PROTOCOL = "ocpp1.6";
/** Longest message id. */
export const OCPP_ID_LENGTH_MAX = 36;
/** Longest frame that is taken, in bytes. */
export const OCPP_FRAME_BYTES_MAX = 256 * 1024;
/** Longest name of an action that is looked at. */
const ACTION_LENGTH_MAX = 64;
/** Longest description of an error. */
const DESCRIPTION_LENGTH_MAX = 255;

/** What an error may be called; one is spelled as the specification spells it. */
export const OCPP_ERROR_CODES = [
  "NotImplemented",
  "NotSupported",
  "InternalError",
  "ProtocolError",
  "SecurityError",
  "FormationViolation",
  "PropertyConstraintViolation",
  "OccurenceConstraintViolation",
  "TypeConstraintViolation",
  "GenericError",
] as const;

/** What an error is called. */
export type OcppErrorCode = typeof OCPP_ERROR_CODES[number];

/** An error as it is answered. */
export interface OcppError {
  /** What it is called. */
  readonly code: OcppErrorCode;
  /** What is wrong, in a few words; never what was sent. */
  readonly description: string;
}

/** The members of a message. */
export type OcppPayload = Readonly<Record<string, unknown>>;

/** A frame. */
export type OcppFrame =
  | {
    /** A question. */
    readonly kind: "call";
    /** Its id. */
    readonly id: string;
    /** What it asks for. */
    readonly action: string;
    /** Its members, not looked at yet. */
    readonly payload: OcppPayload;
  }
  | {
    /** An answer. */
    readonly kind: "result";
    /** The question's id. */
    readonly id: string;
    /** Its members, not looked at yet. */
    readonly payload: OcppPayload;
  }
  | {
    /** A question could not be answered. */
    readonly kind: "error";
    /** The question's id. */
    readonly id: string;
    /** Why: a code of the specification, or whatever the other end has. */
    readonly code: string;
    /** Why, in words. */
    readonly description: string;
  };

/** What a text turned out to be. */
export type OcppReading =
  | {
    /** A frame. */
    readonly kind: "frame";
    /** The frame. */
    readonly frame: OcppFrame;
  }
  | {
    /** A question of a wrong form whose id could be read: to be answered with an error. */
    readonly kind: "refused";
    /** The question's id. */
    readonly id: string;
    /** The error. */
    readonly error: OcppError;
  }
  | {
    /** No frame, and nothing that could be answered. */
    readonly kind: "garbage";
  };

const [CALL, RESULT, ERROR] = [2, 3, 4];
const GARBAGE: OcppReading = { kind: "garbage" };

function isPayload(value: unknown): value is OcppPayload {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 &&
    value.length <= OCPP_ID_LENGTH_MAX;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a frame.
 *
 * @param text A WebSocket message.
 * @returns The frame, or what it is instead. Never throws.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseOcppFrame('[2,"7","Heartbeat",{}]'), {
 *   kind: "frame",
 *   frame: { kind: "call", id: "7", action: "Heartbeat", payload: {} },
 * });
 * ```
 */
export function parseOcppFrame(text: string): OcppReading {
  const value = parseJson(text);
  if (!Array.isArray(value)) return GARBAGE;
  const [type, id, third, fourth] = value;
  if (!isId(id)) return GARBAGE;
  if (type === CALL) return readCall(id, value);
  if (type === RESULT && value.length === 3 && isPayload(third)) {
    return { kind: "frame", frame: { kind: "result", id, payload: third } };
  }
  if (
    type === ERROR && value.length >= 3 && value.length <= 5 &&
    typeof third === "string"
  ) {
    const code = third.slice(0, ACTION_LENGTH_MAX);
    const description = String(fourth ?? "").slice(0, DESCRIPTION_LENGTH_MAX);
    return { kind: "frame", frame: { kind: "error", id, code, description } };
  }
  return GARBAGE;
}

function readCall(id: string, parts: readonly unknown[]): OcppReading {
  const [, , action, payload] = parts;
  const refuse = (description: string): OcppReading => ({
    kind: "refused",
    id,
    error: { code: "FormationViolation", description },
  });
  if (parts.length !== 4) return refuse("A call has four parts");
  if (
    typeof action !== "string" || action === "" ||
    action.length > ACTION_LENGTH_MAX
  ) return refuse("The action is no name");
  if (!isPayload(payload)) return refuse("The payload is no object");
  return { kind: "frame", frame: { kind: "call", id, action, payload } };
}

/**
 * Writes a question.
 *
 * @param id Its id, at most 36 characters.
 * @param action What it asks for.
 * @param payload Its members.
 * @returns The text of the frame.
 */
export function encodeOcppCall(
  id: string,
  action: string,
  payload: OcppPayload,
): string {
  return JSON.stringify([CALL, id, action, payload]);
}

/**
 * Writes an answer.
 *
 * @param id The question's id.
 * @param payload Its members.
 * @returns The text of the frame.
 */
export function encodeOcppResult(id: string, payload: OcppPayload): string {
  return JSON.stringify([RESULT, id, payload]);
}

/**
 * Writes that a question could not be answered.
 *
 * @param id The question's id.
 * @param error Why.
 * @returns The text of the frame.
 */
export function encodeOcppError(id: string, error: OcppError): string {
  const description = error.description.slice(0, DESCRIPTION_LENGTH_MAX);
  return JSON.stringify([ERROR, id, error.code, description, {}]);
}
