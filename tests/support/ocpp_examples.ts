/**
 * One full question and answer of each OCPP 1.6 action, with every member that the specification has.
 *
 * @module
 */
import type { OcppPayload } from "../../net/mod.ts";

const AT = "2026-11-22T17:00:00.000Z";
const LATER = "2026-11-23T17:00:00Z";
const ACCEPTED = { status: "Accepted" };

const TOKEN_INFO = {
  expiryDate: LATER,
  parentIdTag: "FAMILY",
  status: "Accepted",
};

const METER_VALUE = {
  timestamp: AT,
  sampledValue: [
    { value: "1500" },
    {
      value: "1.5",
      context: "Sample.Periodic",
      format: "Raw",
      measurand: "Energy.Active.Import.Register",
      phase: "L1-N",
      location: "Outlet",
      unit: "kWh",
    },
    { value: "21", measurand: "Temperature", unit: "Celsius" },
  ],
};

const SCHEDULE = {
  duration: 3600,
  startSchedule: AT,
  chargingRateUnit: "A",
  chargingSchedulePeriod: [
    { startPeriod: 0, limit: 16.1, numberPhases: 3 },
    { startPeriod: 1800, limit: 8 },
  ],
  minChargingRate: 6.1,
};

const PROFILE = {
  chargingProfileId: 1,
  transactionId: 7,
  stackLevel: 0,
  chargingProfilePurpose: "TxProfile",
  chargingProfileKind: "Recurring",
  recurrencyKind: "Daily",
  validFrom: AT,
  validTo: LATER,
  chargingSchedule: SCHEDULE,
};

/** By action. */
export const OCPP_EXAMPLES: Readonly<
  Record<
    string,
    { readonly request: OcppPayload; readonly response: OcppPayload }
  >
> = {
  Authorize: {
    request: { idTag: "417" },
    response: { idTagInfo: TOKEN_INFO },
  },
  BootNotification: {
    request: {
      chargePointVendor: "Abeja",
      chargePointModel: "Colmena 2",
      chargePointSerialNumber: "CP-1",
      chargeBoxSerialNumber: "CB-1",
      firmwareVersion: "1.2.3",
      iccid: "8934",
      imsi: "2140",
      meterType: "M",
      meterSerialNumber: "M-1",
    },
    response: { status: "Accepted", currentTime: AT, interval: 300 },
  },
  CancelReservation: { request: { reservationId: 4 }, response: ACCEPTED },
  ChangeAvailability: {
    request: { connectorId: 0, type: "Inoperative" },
    response: { status: "Scheduled" },
  },
  ChangeConfiguration: {
    request: { key: "HeartbeatInterval", value: "60" },
    response: { status: "RebootRequired" },
  },
  ClearCache: { request: {}, response: ACCEPTED },
  ClearChargingProfile: {
    request: {
      id: 1,
      connectorId: 1,
      chargingProfilePurpose: "TxProfile",
      stackLevel: 0,
    },
    response: { status: "Unknown" },
  },
  DataTransfer: {
    request: { vendorId: "org.example", messageId: "m", data: "d" },
    response: { status: "UnknownVendorId", data: "d" },
  },
  DiagnosticsStatusNotification: {
    request: { status: "Uploading" },
    response: {},
  },
  FirmwareStatusNotification: {
    request: { status: "Installed" },
    response: {},
  },
  GetCompositeSchedule: {
    request: { connectorId: 1, duration: 3600, chargingRateUnit: "W" },
    response: {
      status: "Accepted",
      connectorId: 1,
      scheduleStart: AT,
      chargingSchedule: SCHEDULE,
    },
  },
  GetConfiguration: {
    request: { key: ["HeartbeatInterval", "none"] },
    response: {
      configurationKey: [
        { key: "HeartbeatInterval", readonly: false, value: "300" },
        { key: "Empty", readonly: true },
      ],
      unknownKey: ["none"],
    },
  },
  GetDiagnostics: {
    request: {
      location: "ftp://files.example/in",
      retries: 2,
      retryInterval: 30,
      startTime: AT,
      stopTime: LATER,
    },
    response: { fileName: "d.zip" },
  },
  GetLocalListVersion: { request: {}, response: { listVersion: -1 } },
  Heartbeat: { request: {}, response: { currentTime: AT } },
  MeterValues: {
    request: { connectorId: 1, transactionId: 7, meterValue: [METER_VALUE] },
    response: {},
  },
  RemoteStartTransaction: {
    request: { connectorId: 1, idTag: "417", chargingProfile: PROFILE },
    response: { status: "Rejected" },
  },
  RemoteStopTransaction: { request: { transactionId: 7 }, response: ACCEPTED },
  ReserveNow: {
    request: {
      connectorId: 0,
      expiryDate: LATER,
      idTag: "417",
      parentIdTag: "FAMILY",
      reservationId: 4,
    },
    response: { status: "Occupied" },
  },
  Reset: { request: { type: "Hard" }, response: ACCEPTED },
  SendLocalList: {
    request: {
      listVersion: 2,
      localAuthorizationList: [
        { idTag: "417", idTagInfo: TOKEN_INFO },
        { idTag: "418" },
      ],
      updateType: "Differential",
    },
    response: { status: "VersionMismatch" },
  },
  SetChargingProfile: {
    request: { connectorId: 1, csChargingProfiles: PROFILE },
    response: { status: "NotSupported" },
  },
  StartTransaction: {
    request: {
      connectorId: 1,
      idTag: "417",
      meterStart: 1000,
      reservationId: 4,
      timestamp: AT,
    },
    response: { idTagInfo: TOKEN_INFO, transactionId: 7 },
  },
  StatusNotification: {
    request: {
      connectorId: 0,
      errorCode: "NoError",
      info: "i",
      status: "Available",
      timestamp: AT,
      vendorId: "org.example",
      vendorErrorCode: "E0",
    },
    response: {},
  },
  StopTransaction: {
    request: {
      idTag: "417",
      meterStop: 4000,
      timestamp: LATER,
      transactionId: 7,
      reason: "Local",
      transactionData: [METER_VALUE],
    },
    response: { idTagInfo: TOKEN_INFO },
  },
  TriggerMessage: {
    request: { requestedMessage: "StatusNotification", connectorId: 1 },
    response: { status: "NotImplemented" },
  },
  UnlockConnector: {
    request: { connectorId: 1 },
    response: { status: "UnlockFailed" },
  },
  UpdateFirmware: {
    request: {
      location: "https://files.example/fw.bin",
      retries: 2,
      retrieveDate: LATER,
      retryInterval: 30,
    },
    response: {},
  },
};
