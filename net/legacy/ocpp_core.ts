/**
 * Messages of OCPP 1.6's Core profile: of each action who asks, the question and the answer. Written from the public
 * specification.
 *
 * @module
 */
import { z } from "zod";
import {
  chargingProfile,
  connector,
  connectorOrPoint,
  dateTime,
  idTag,
  idTagInfo,
  integer,
  meterValue,
  nothing,
  status,
  text,
} from "./ocpp_values.ts";

/** An action's messages. */
export interface OcppAction {
  /** Who may ask. */
  readonly from: "point" | "central" | "both";
  /** The question. */
  readonly request: z.ZodType;
  /** The answer. */
  readonly response: z.ZodType;
}

const dataTransfer = z.strictObject({
  vendorId: text(255),
  messageId: text(50).optional(),
  data: z.string().optional(),
});

/** The Core profile by action. */
export const CORE_ACTIONS: Readonly<Record<string, OcppAction>> = {
  Authorize: {
    from: "point",
    request: z.strictObject({ idTag }),
    response: z.strictObject({ idTagInfo }),
  },
  BootNotification: {
    from: "point",
    request: z.strictObject({
      chargePointVendor: text(20),
      chargePointModel: text(20),
      chargePointSerialNumber: text(25).optional(),
      chargeBoxSerialNumber: text(25).optional(),
      firmwareVersion: text(50).optional(),
      iccid: text(20).optional(),
      imsi: text(20).optional(),
      meterType: text(25).optional(),
      meterSerialNumber: text(25).optional(),
    }),
    response: z.strictObject({
      status: z.enum(["Accepted", "Pending", "Rejected"]),
      currentTime: dateTime,
      interval: integer.min(0),
    }),
  },
  DataTransfer: {
    from: "both",
    request: dataTransfer,
    response: z.strictObject({
      status: z.enum([
        "Accepted",
        "Rejected",
        "UnknownMessageId",
        "UnknownVendorId",
      ]),
      data: z.string().optional(),
    }),
  },
  Heartbeat: {
    from: "point",
    request: nothing,
    response: z.strictObject({ currentTime: dateTime }),
  },
  MeterValues: {
    from: "point",
    request: z.strictObject({
      connectorId: connectorOrPoint,
      transactionId: integer.optional(),
      meterValue: z.array(meterValue).min(1),
    }),
    response: nothing,
  },
  StartTransaction: {
    from: "point",
    request: z.strictObject({
      connectorId: connector,
      idTag,
      meterStart: integer,
      reservationId: integer.optional(),
      timestamp: dateTime,
    }),
    response: z.strictObject({ idTagInfo, transactionId: integer }),
  },
  StatusNotification: {
    from: "point",
    request: z.strictObject({
      connectorId: connectorOrPoint,
      errorCode: z.enum([
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "HighTemperature",
        "InternalError",
        "LocalListConflict",
        "NoError",
        "OtherError",
        "OverCurrentFailure",
        "OverVoltage",
        "PowerMeterFailure",
        "PowerSwitchFailure",
        "ReaderFailure",
        "ResetFailure",
        "UnderVoltage",
        "WeakSignal",
      ]),
      info: text(50).optional(),
      status: z.enum([
        "Available",
        "Preparing",
        "Charging",
        "SuspendedEVSE",
        "SuspendedEV",
        "Finishing",
        "Reserved",
        "Unavailable",
        "Faulted",
      ]),
      timestamp: dateTime.optional(),
      vendorId: text(255).optional(),
      vendorErrorCode: text(50).optional(),
    }),
    response: nothing,
  },
  StopTransaction: {
    from: "point",
    request: z.strictObject({
      idTag: idTag.optional(),
      meterStop: integer,
      timestamp: dateTime,
      transactionId: integer,
      reason: z.enum([
        "DeAuthorized",
        "EmergencyStop",
        "EVDisconnected",
        "HardReset",
        "Local",
        "Other",
        "PowerLoss",
        "Reboot",
        "Remote",
        "SoftReset",
        "UnlockCommand",
      ]).optional(),
      transactionData: z.array(meterValue).optional(),
    }),
    response: z.strictObject({ idTagInfo: idTagInfo.optional() }),
  },
  ChangeAvailability: {
    from: "central",
    request: z.strictObject({
      connectorId: connectorOrPoint,
      type: z.enum(["Inoperative", "Operative"]),
    }),
    response: status("Accepted", "Rejected", "Scheduled"),
  },
  ChangeConfiguration: {
    from: "central",
    request: z.strictObject({ key: text(50), value: text(500) }),
    response: status("Accepted", "Rejected", "RebootRequired", "NotSupported"),
  },
  ClearCache: {
    from: "central",
    request: nothing,
    response: status("Accepted", "Rejected"),
  },
  GetConfiguration: {
    from: "central",
    request: z.strictObject({ key: z.array(text(50)).optional() }),
    response: z.strictObject({
      configurationKey: z.array(z.strictObject({
        key: text(50),
        readonly: z.boolean(),
        value: text(500).optional(),
      })).optional(),
      unknownKey: z.array(text(50)).optional(),
    }),
  },
  RemoteStartTransaction: {
    from: "central",
    request: z.strictObject({
      connectorId: connector.optional(),
      idTag,
      chargingProfile: chargingProfile.optional(),
    }),
    response: status("Accepted", "Rejected"),
  },
  RemoteStopTransaction: {
    from: "central",
    request: z.strictObject({ transactionId: integer }),
    response: status("Accepted", "Rejected"),
  },
  Reset: {
    from: "central",
    request: z.strictObject({ type: z.enum(["Hard", "Soft"]) }),
    response: status("Accepted", "Rejected"),
  },
  UnlockConnector: {
    from: "central",
    request: z.strictObject({ connectorId: connector }),
    response: status("Unlocked", "UnlockFailed", "NotSupported"),
  },
};
