/**
 * Messages of OCPP 1.6 beyond the Core profile: Firmware Management, Local Auth List Management, Reservation, Remote
 * Trigger and Smart Charging. Written from the public specification.
 *
 * @module
 */
import { z } from "zod";
import type { OcppAction } from "./ocpp_core.ts";
import {
  chargingProfile,
  chargingSchedule,
  connector,
  connectorOrPoint,
  dateTime,
  idTag,
  idTagInfo,
  integer,
  nothing,
  place,
  profilePurpose,
  status,
  text,
} from "./ocpp_values.ts";

const FIRMWARE_ACTIONS: Readonly<Record<string, OcppAction>> = {
  DiagnosticsStatusNotification: {
    from: "point",
    request: status("Idle", "Uploaded", "UploadFailed", "Uploading"),
    response: nothing,
  },
  FirmwareStatusNotification: {
    from: "point",
    request: status(
      "Downloaded",
      "DownloadFailed",
      "Downloading",
      "Idle",
      "InstallationFailed",
      "Installing",
      "Installed",
    ),
    response: nothing,
  },
  GetDiagnostics: {
    from: "central",
    request: z.strictObject({
      location: place,
      retries: integer.min(0).optional(),
      retryInterval: integer.min(0).optional(),
      startTime: dateTime.optional(),
      stopTime: dateTime.optional(),
    }),
    response: z.strictObject({ fileName: text(255).optional() }),
  },
  UpdateFirmware: {
    from: "central",
    request: z.strictObject({
      location: place,
      retries: integer.min(0).optional(),
      retrieveDate: dateTime,
      retryInterval: integer.min(0).optional(),
    }),
    response: nothing,
  },
};

const LIST_ACTIONS: Readonly<Record<string, OcppAction>> = {
  GetLocalListVersion: {
    from: "central",
    request: nothing,
    response: z.strictObject({ listVersion: integer }),
  },
  SendLocalList: {
    from: "central",
    request: z.strictObject({
      listVersion: integer,
      localAuthorizationList: z.array(z.strictObject({
        idTag,
        idTagInfo: idTagInfo.optional(),
      })).optional(),
      updateType: z.enum(["Differential", "Full"]),
    }),
    response: status("Accepted", "Failed", "NotSupported", "VersionMismatch"),
  },
};

const RESERVATION_ACTIONS: Readonly<Record<string, OcppAction>> = {
  CancelReservation: {
    from: "central",
    request: z.strictObject({ reservationId: integer }),
    response: status("Accepted", "Rejected"),
  },
  ReserveNow: {
    from: "central",
    request: z.strictObject({
      connectorId: connectorOrPoint,
      expiryDate: dateTime,
      idTag,
      parentIdTag: idTag.optional(),
      reservationId: integer,
    }),
    response: status(
      "Accepted",
      "Faulted",
      "Occupied",
      "Rejected",
      "Unavailable",
    ),
  },
};

const TRIGGER_ACTIONS: Readonly<Record<string, OcppAction>> = {
  TriggerMessage: {
    from: "central",
    request: z.strictObject({
      requestedMessage: z.enum([
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
      ]),
      connectorId: connector.optional(),
    }),
    response: status("Accepted", "Rejected", "NotImplemented"),
  },
};

const CHARGING_ACTIONS: Readonly<Record<string, OcppAction>> = {
  ClearChargingProfile: {
    from: "central",
    request: z.strictObject({
      id: integer.optional(),
      connectorId: connectorOrPoint.optional(),
      chargingProfilePurpose: profilePurpose.optional(),
      stackLevel: integer.min(0).optional(),
    }),
    response: status("Accepted", "Unknown"),
  },
  GetCompositeSchedule: {
    from: "central",
    request: z.strictObject({
      connectorId: connectorOrPoint,
      duration: integer.min(0),
      chargingRateUnit: z.enum(["A", "W"]).optional(),
    }),
    response: z.strictObject({
      status: z.enum(["Accepted", "Rejected"]),
      connectorId: connectorOrPoint.optional(),
      scheduleStart: dateTime.optional(),
      chargingSchedule: chargingSchedule.optional(),
    }),
  },
  SetChargingProfile: {
    from: "central",
    request: z.strictObject({
      connectorId: connectorOrPoint,
      csChargingProfiles: chargingProfile,
    }),
    response: status("Accepted", "Rejected", "NotSupported"),
  },
};

/** All profiles beyond Core by action. */
export const PROFILE_ACTIONS: Readonly<Record<string, OcppAction>> = {
  ...FIRMWARE_ACTIONS,
  ...LIST_ACTIONS,
  ...RESERVATION_ACTIONS,
  ...TRIGGER_ACTIONS,
  ...CHARGING_ACTIONS,
};
