/**
 * What a simulated charger keeps for a central: its configuration, the list of tokens, reservations and charging profiles.
 *
 * @module
 */
import type { OcppPayload } from "../../net/mod.ts";

/** Most values, reservations and profiles that are kept. */
const KEPT_MAX = 100;

/** What is kept. */
export interface ChargerKeys {
  /** The value of a key. */
  get(key: string): string | undefined;
  /** Sets a value. */
  set(key: string, value: string): void;
  /** Answers what a central asks about any of it, and accepts what has no effect here. */
  answer(action: string, payload: OcppPayload): OcppPayload;
}

const READ_ONLY = new Set(["NumberOfConnectors", "SupportedFeatureProfiles"]);
const ACCEPTED: OcppPayload = { status: "Accepted" };

/** Makes an empty store with the keys that every charger has. */
export function createChargerKeys(): ChargerKeys {
  const values = new Map<string, string>([
    ["HeartbeatInterval", "300"],
    ["MeterValueSampleInterval", "10"],
    ["NumberOfConnectors", "1"],
    [
      "SupportedFeatureProfiles",
      "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger",
    ],
  ]);
  const reservations = new Set<number>();
  let listVersion = 0;

  const read = (asked: unknown): OcppPayload => {
    const wanted = Array.isArray(asked)
      ? asked.map(String)
      : [...values.keys()];
    const known = wanted.filter((key) => values.has(key));
    return {
      configurationKey: known.map((key) => ({
        key,
        readonly: READ_ONLY.has(key),
        value: values.get(key) ?? "",
      })),
      unknownKey: wanted.filter((key) => !values.has(key)),
    };
  };
  const change = (key: string, value: string): OcppPayload => {
    if (!values.has(key)) return { status: "NotSupported" };
    if (READ_ONLY.has(key)) return { status: "Rejected" };
    values.set(key, value);
    return ACCEPTED;
  };
  const sendList = (payload: OcppPayload): OcppPayload => {
    const version = Number(payload["listVersion"]);
    if (payload["updateType"] === "Differential" && version <= listVersion) {
      return { status: "VersionMismatch" };
    }
    listVersion = version;
    return ACCEPTED;
  };
  const reserve = (id: number): OcppPayload => {
    if (reservations.size >= KEPT_MAX) return { status: "Rejected" };
    reservations.add(id);
    return ACCEPTED;
  };
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    answer(action, payload) {
      const id = Number(payload["reservationId"]);
      switch (action) {
        case "GetConfiguration":
          return read(payload["key"]);
        case "ChangeConfiguration":
          return change(String(payload["key"]), String(payload["value"]));
        case "GetLocalListVersion":
          return { listVersion };
        case "SendLocalList":
          return sendList(payload);
        case "ReserveNow":
          return reserve(id);
        case "CancelReservation":
          return { status: reservations.delete(id) ? "Accepted" : "Rejected" };
        case "ClearChargingProfile":
          return { status: "Unknown" };
        case "GetCompositeSchedule":
          return { status: "Rejected" };
        case "GetDiagnostics":
        case "UpdateFirmware":
          return {};
        case "DataTransfer":
          return { status: "UnknownVendorId" };
        default:
          return ACCEPTED;
      }
    },
  };
}
