/**
 * Reading and checking the messages of OCPP 1.6: which actions there are, who may ask them, and what the members of a
 * question or an answer must be.
 *
 * @module
 */
import type { z } from "zod";
import type { OcppError, OcppErrorCode, OcppPayload } from "./ocpp.ts";
import { CORE_ACTIONS, type OcppAction } from "./ocpp_core.ts";
import { PROFILE_ACTIONS } from "./ocpp_profiles.ts";

const ACTIONS: ReadonlyMap<string, OcppAction> = new Map([
  ...Object.entries(CORE_ACTIONS),
  ...Object.entries(PROFILE_ACTIONS),
]);

/** Who asks. */
export type OcppSide = "point" | "central";

/** One sample of a meter. */
export interface OcppSample {
  /** A number as text, or signed data. */
  readonly value: string;
  /** `Raw` if left out. */
  readonly format?: string;
  /** Why it was taken; `Sample.Periodic` if left out. */
  readonly context?: string;
  /** What was measured; `Energy.Active.Import.Register` if left out. */
  readonly measurand?: string;
  /** Of which phase; of all together if left out. */
  readonly phase?: string;
  /** Where; `Outlet` if left out. */
  readonly location?: string;
  /** `Wh` if left out. */
  readonly unit?: string;
}

/** What meters showed at one instant. */
export interface OcppMeterValue {
  /** When. */
  readonly timestamp: string;
  /** What. */
  readonly sampledValue: readonly OcppSample[];
}

/** Questions of points that have members, by action. */
export interface OcppPointRequests {
  /** May this token charge? */
  readonly Authorize: { readonly idTag: string };
  /** A point has started. */
  readonly BootNotification: {
    readonly chargePointVendor: string;
    readonly chargePointModel: string;
    readonly chargePointSerialNumber?: string;
    readonly chargeBoxSerialNumber?: string;
    readonly firmwareVersion?: string;
  };
  /** Something of a vendor's own. */
  readonly DataTransfer: {
    readonly vendorId: string;
    readonly messageId?: string;
    readonly data?: string;
  };
  /** Where an upload stands. */
  readonly DiagnosticsStatusNotification: { readonly status: string };
  /** Where an update stands. */
  readonly FirmwareStatusNotification: { readonly status: string };
  /** A sign of life. */
  readonly Heartbeat: Readonly<Record<never, never>>;
  /** What meters show. */
  readonly MeterValues: {
    readonly connectorId: number;
    readonly transactionId?: number;
    readonly meterValue: readonly OcppMeterValue[];
  };
  /** A transaction began. */
  readonly StartTransaction: {
    readonly connectorId: number;
    readonly idTag: string;
    readonly meterStart: number;
    readonly reservationId?: number;
    readonly timestamp: string;
  };
  /** How a connector is. */
  readonly StatusNotification: {
    readonly connectorId: number;
    readonly errorCode: string;
    readonly status: string;
    readonly info?: string;
    readonly timestamp?: string;
    readonly vendorErrorCode?: string;
  };
  /** A transaction ended. */
  readonly StopTransaction: {
    readonly idTag?: string;
    readonly meterStop: number;
    readonly timestamp: string;
    readonly transactionId: number;
    readonly reason?: string;
    readonly transactionData?: readonly OcppMeterValue[];
  };
}

/** What a point asks. */
export type OcppPointRequest = {
  [A in keyof OcppPointRequests]: {
    /** Which action. */
    readonly action: A;
    /** Its members. */
    readonly payload: OcppPointRequests[A];
  };
}[keyof OcppPointRequests];

/** A checked message, or why it is none. */
export type OcppChecked<T> =
  | {
    /** It is as the specification has it. */
    readonly ok: true;
    /** It. */
    readonly value: T;
  }
  | {
    /** It is not. */
    readonly ok: false;
    /** How to answer. */
    readonly error: OcppError;
  };

/**
 * The actions that one side may ask.
 *
 * @param side Who asks.
 * @returns Names in no order.
 */
export function ocppActions(side: OcppSide): readonly string[] {
  return [...ACTIONS].flatMap(([name, { from }]) =>
    from === side || from === "both" ? [name] : []
  );
}

/**
 * Checks a question.
 *
 * @param side Who asks.
 * @param action Any text.
 * @param payload Its members.
 * @returns The members, or the error to answer: `NotImplemented` for an unknown action, `NotSupported` for one that only
 * the other side asks, and a violation for wrong members.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const checked = checkOcppRequest("central", "Reset", { type: "Warm" });
 * strictEqual(checked.ok ? "" : checked.error.code, "PropertyConstraintViolation");
 * ```
 */
export function checkOcppRequest(
  side: OcppSide,
  action: string,
  payload: OcppPayload,
): OcppChecked<OcppPayload> {
  const known = ACTIONS.get(action);
  if (known === undefined) {
    return refuse("NotImplemented", "There is no such action");
  }
  if (known.from !== side && known.from !== "both") {
    return refuse("NotSupported", `${action} is for the other side to ask`);
  }
  return check(known.request, payload);
}

/**
 * Checks an answer.
 *
 * @param action What was asked, a known action.
 * @param payload Its members.
 * @returns The members, or what is wrong with them.
 */
export function checkOcppResponse(
  action: string,
  payload: OcppPayload,
): OcppChecked<OcppPayload> {
  const known = ACTIONS.get(action);
  return known === undefined
    ? refuse("NotImplemented", "There is no such action")
    : check(known.response, payload);
}

/**
 * Reads what a point asks.
 *
 * @param action Any text.
 * @param payload Its members.
 * @returns The question, or the error to answer.
 */
export function parseOcppPointRequest(
  action: string,
  payload: OcppPayload,
): OcppChecked<OcppPointRequest> {
  const checked = checkOcppRequest("point", action, payload);
  return checked.ok
    // The schema of each action gives what the type says of it.
    ? {
      ok: true,
      value: { action, payload: checked.value } as OcppPointRequest,
    }
    : checked;
}

function refuse(
  code: OcppErrorCode,
  description: string,
): { readonly ok: false; readonly error: OcppError } {
  return { ok: false, error: { code, description } };
}

function check(
  schema: z.ZodType,
  payload: OcppPayload,
): OcppChecked<OcppPayload> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return { ok: true, value: parsed.data as OcppPayload };
  const found = parsed.error.issues.map((issue) => violation(issue, payload));
  const worst =
    found.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code))[0];
  return { ok: false, error: worst ?? UNREADABLE };
}

const UNREADABLE: OcppError = {
  code: "FormationViolation",
  description: "The payload cannot be read",
};

/** Which of several violations is told. */
const ORDER: readonly OcppErrorCode[] = [
  "FormationViolation",
  "OccurenceConstraintViolation",
  "TypeConstraintViolation",
  "PropertyConstraintViolation",
];

function violation(issue: z.core.$ZodIssue, payload: OcppPayload): OcppError {
  const name = nameOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const where = name === "" ? "the payload" : name;
    return error("FormationViolation", `${where} has members that it may not`);
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    payload,
  );
  if (value === undefined) {
    return error("OccurenceConstraintViolation", `${name} is missing`);
  }
  if (Array.isArray(value) && issue.code === "too_small") {
    return error("OccurenceConstraintViolation", `${name} is empty`);
  }
  if (
    issue.code === "invalid_type" ||
    (issue.code === "invalid_value" && typeof value !== "string")
  ) return error("TypeConstraintViolation", `${name} is of another type`);
  return error("PropertyConstraintViolation", `${name} may not be this`);
}

function error(code: OcppErrorCode, description: string): OcppError {
  return { code, description };
}

/** Members as they are written: `meterValue[0].timestamp`. Of the schema's own names alone, so it is never long. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number"
        ? `${text}[${key}]`
        : text === ""
        ? String(key)
        : `${text}.${String(key)}`,
    "",
  );
}
