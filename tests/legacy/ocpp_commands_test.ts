/**
 * OCPP 1.6J, what a central asks: stops, ends of sessions, and every other command of the protocol.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { OcppPayload } from "../../net/mod.ts";
import type { PointId } from "../../nodes/charging/charging_use_cases.ts";
import { OCPP_EXAMPLES } from "../support/ocpp_examples.ts";
import {
  negative,
  type OcppSite,
  positive,
  until,
} from "../support/ocpp_site.ts";

const POINT = "SEV-07" as PointId;

/** A command that is passed on as it is, and whose answer comes back. */
function passesOn(
  command: string,
  request: OcppPayload = OCPP_EXAMPLES[command]?.request ?? {},
  response: OcppPayload = OCPP_EXAMPLES[command]?.response ?? {},
): (site: OcppSite) => Promise<void> {
  return async (site) => {
    const charger = await site.booted("SEV-07");
    charger.answer = () => response;
    const { state, answer } = await site.command("SEV-07", command, request);
    strictEqual(state, "confirmed");
    deepStrictEqual(answer, response);
    deepStrictEqual(charger.asked, [[command, request]]);
  };
}

positive("Reset Hard", passesOn("Reset", { type: "Hard" }));
positive("Reset Soft", passesOn("Reset", { type: "Soft" }));
positive("UnlockConnector", passesOn("UnlockConnector"));
positive("GetConfiguration of some keys", passesOn("GetConfiguration"));
positive("GetConfiguration of all keys", passesOn("GetConfiguration", {}));
positive("ChangeConfiguration", passesOn("ChangeConfiguration"));
positive("ClearCache", passesOn("ClearCache"));
positive("GetDiagnostics", passesOn("GetDiagnostics"));
positive(
  "GetDiagnostics without a file",
  passesOn("GetDiagnostics", void 0, {}),
);
positive("UpdateFirmware", passesOn("UpdateFirmware"));
positive("SendLocalList", passesOn("SendLocalList"));
positive("GetLocalListVersion", passesOn("GetLocalListVersion"));
positive("ReserveNow", passesOn("ReserveNow"));
positive("CancelReservation", passesOn("CancelReservation"));
positive("TriggerMessage", passesOn("TriggerMessage"));
positive("SetChargingProfile", passesOn("SetChargingProfile"));
positive("ClearChargingProfile", passesOn("ClearChargingProfile"));
positive("GetCompositeSchedule", passesOn("GetCompositeSchedule"));
positive("DataTransfer to a charger", passesOn("DataTransfer"));
positive(
  "ChangeAvailability of one connector",
  passesOn("ChangeAvailability", { connectorId: 1, type: "Operative" }),
);

positive(
  "a stop makes the whole charger Inoperative, a resume Operative",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const cause = "operator";
    const stop = await site.charging.stop({ point: POINT, cause });
    strictEqual(stop.ok, true);
    await until(() => site.state("SEV-07") === "FUERA_DE_SERVICIO", "stopped");
    await site.charging.resume({ point: POINT, cause });
    await until(() => site.state("SEV-07") === "ACTIVADO", "resumed");
    deepStrictEqual(charger.asked, [
      ["ChangeAvailability", { connectorId: 0, type: "Inoperative" }],
      ["ChangeAvailability", { connectorId: 0, type: "Operative" }],
    ]);
  },
);

positive(
  "a stop during a transaction ends it; the driver hears why",
  async (site) => {
    const charger = await site.booted("SEV-07");
    charger.answer = (action) => ({
      status: action === "ChangeAvailability" ? "Scheduled" : "Accepted",
    });
    const transactionId = await site.start(charger);
    await site.charging.stop({ point: POINT, cause: "operator" });
    await until(() => charger.asked.length === 2, "told");
    deepStrictEqual(charger.asked[1], [
      "RemoteStopTransaction",
      { transactionId },
    ]);
    await until(() => site.state("SEV-07") === "FUERA_DE_SERVICIO", "stopped");
    await site.stop(charger, transactionId, { reason: "Remote" });
    const [session] = site.sessions("SEV-07");
    deepStrictEqual([session?.outcome, session?.energy], ["stopped", 3000]);
    deepStrictEqual(
      site.notices.at(-1),
      "SUPPLY_ERROR SEV-07 417 3000 0 Carga interrumpida: CP puesto fuera de servicio",
    );
  },
);

positive(
  "a stopped point is told again after it has connected again",
  async (site) => {
    const first = await site.booted("SEV-07");
    await site.charging.stop({ point: POINT, cause: "operator" });
    await until(() => site.state("SEV-07") === "FUERA_DE_SERVICIO", "stopped");
    await first.close();
    const second = await site.booted("SEV-07");
    strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
    site.test.clock.advance(4_000);
    await until(() => second.asked.length > 0, "told again");
    deepStrictEqual(second.asked[0], [
      "ChangeAvailability",
      { connectorId: 0, type: "Inoperative" },
    ]);
  },
);

positive("a stop that is confirmed by a status alone", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.answer = () => undefined;
  await site.charging.stop({ point: POINT, cause: "operator" });
  await until(() => charger.asked.length > 0, "told");
  await charger.status(0, "Unavailable");
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
}, { settings: { callMs: 300 } });

positive("an end of a session stops its transaction", async (site) => {
  const charger = await site.booted("SEV-07");
  const transactionId = await site.start(charger);
  const [session] = site.sessions("SEV-07");
  const ending = session && site.charging.endSession({ session: session.id });
  await until(() => charger.asked.length > 0, "told");
  deepStrictEqual(charger.asked, [
    ["RemoteStopTransaction", { transactionId }],
  ]);
  await site.stop(charger, transactionId, { reason: "Remote" });
  strictEqual((await ending)?.ok, true);
  strictEqual(site.sessions("SEV-07")[0]?.outcome, "completed");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

positive(
  "an end of a reservation frees the point without a word to the charger",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const { session } = await site.request("417", "SEV-07");
    if (session !== null) await site.charging.endSession({ session });
    strictEqual(site.state("SEV-07"), "ACTIVADO");
    deepStrictEqual(charger.asked.map(([action]) => action), [
      "RemoteStartTransaction",
    ]);
  },
);

positive("commands are asked one at a time", async (site) => {
  const charger = await site.booted("SEV-07");
  const open: string[] = [];
  let most = 0;
  charger.answer = (action) => {
    open.push(action);
    most = Math.max(most, open.length);
    setTimeout(() => open.pop(), 20);
    return undefined;
  };
  const all = ["ClearCache", "GetLocalListVersion", "Reset"].map((command) =>
    site.command("SEV-07", command, OCPP_EXAMPLES[command]?.request)
  );
  await Promise.all(all);
  strictEqual(most, 1);
  strictEqual(charger.asked.length, 3);
}, { settings: { callMs: 100 } });

positive("a call of the charger while it owes an answer", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.answer = () => undefined;
  const command = site.command("SEV-07", "ClearCache");
  await until(() => charger.asked.length > 0, "asked");
  const { currentTime } = await charger.ask("Heartbeat", {});
  strictEqual(typeof currentTime, "string");
  strictEqual((await command).state, "silent");
}, { settings: { callMs: 300 } });

/** What becomes of a command that a charger answers in a wrong way. */
async function outcomeOf(
  site: OcppSite,
  answer: (action: string) => OcppPayload | undefined,
  [command, args]: readonly [string, OcppPayload] = ["ClearCache", {}],
): Promise<string> {
  const charger = await site.booted("SEV-07");
  charger.answer = answer;
  return (await site.command("SEV-07", command, args)).state;
}

negative("a command that is answered with an error", async (site) => {
  const answer = () => ({ error: "NotSupported" });
  strictEqual(await outcomeOf(site, answer), "refused");
});

negative(
  "a command that is answered with members of another one",
  async (site) => {
    const answer = () => ({ listVersion: 5 });
    strictEqual(await outcomeOf(site, answer), "refused");
  },
);

negative("a command that is answered with an unknown status", async (site) => {
  strictEqual(await outcomeOf(site, () => ({ status: "Maybe" })), "refused");
});

negative("a command that is not answered", async (site) => {
  strictEqual(await outcomeOf(site, () => undefined), "silent");
}, { settings: { callMs: 100 } });

/** A command that no charger is asked. */
function notAsked(
  command: string,
  args: OcppPayload,
): (site: OcppSite) => Promise<void> {
  return async (site) => {
    const charger = await site.booted("SEV-07");
    const made = await site.charging.command({ point: POINT, command, args });
    strictEqual(made.ok && made.value.state === "confirmed", false);
    deepStrictEqual(charger.asked, []);
  };
}

negative("a command that OCPP does not have", notAsked("Dance", {}));
negative("a command that only chargers ask", notAsked("Heartbeat", {}));
negative("a Reset without a type", notAsked("Reset", {}));
negative("a Reset of an unknown type", notAsked("Reset", { type: "Warm" }));
negative(
  "an UnlockConnector of the whole",
  notAsked("UnlockConnector", {
    connectorId: 0,
  }),
);
negative(
  "a ChangeConfiguration with a number",
  notAsked("ChangeConfiguration", {
    key: "HeartbeatInterval",
    value: 60,
  }),
);
negative(
  "an UpdateFirmware from no address",
  notAsked("UpdateFirmware", {
    location: "nowhere",
    retrieveDate: "2026-01-01T00:00:00Z",
  }),
);
negative(
  "a profile with a finer limit than a tenth",
  notAsked(
    "SetChargingProfile",
    {
      connectorId: 0,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: "TxDefaultProfile",
        chargingProfileKind: "Absolute",
        chargingSchedule: {
          chargingRateUnit: "A",
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 6.25 }],
        },
      },
    },
  ),
);
negative(
  "a session that is begun as a command",
  notAsked(
    "RemoteStartTransaction",
    { idTag: "417" },
  ),
);
negative(
  "a session that is ended as a command",
  notAsked(
    "RemoteStopTransaction",
    { transactionId: 7 },
  ),
);
negative(
  "a stop that is given as a command",
  notAsked("ChangeAvailability", {
    connectorId: 0,
    type: "Inoperative",
  }),
);

negative("a driver at a charger that does not answer", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.answer = () => undefined;
  const verdict = await site.request("417", "SEV-07");
  strictEqual(verdict.session, null);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
}, { settings: { callMs: 200 } });

negative("a stop that the charger rejects is unconfirmed", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.answer = () => ({ status: "Rejected" });
  await site.charging.stop({ point: POINT, cause: "operator" });
  await until(() => charger.asked.length > 0, "told");
  await until(() => site.charging.point("SEV-07")?.unconfirmed === true);
  const verdict = await site.request("417", "SEV-07");
  strictEqual(verdict.session, null);
});

negative(
  "a charger whose connection ends while it owes an answer",
  async (site) => {
    const charger = await site.booted("SEV-07");
    charger.answer = () => undefined;
    const command = site.command("SEV-07", "ClearCache");
    await until(() => charger.asked.length > 0, "asked");
    await charger.close();
    strictEqual((await command).state, "failed");
  },
);
