/**
 * OCPP 1.6J, what chargers and others may not do: paths, subprotocols, frames and payloads of wrong forms, and too much of
 * anything.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { OcppPayload } from "../../net/mod.ts";
import {
  codeOf,
  negative,
  type OcppSite,
  until,
} from "../support/ocpp_site.ts";

/** A payload that gets an error and changes nothing. */
function payload(
  action: string,
  payload: unknown,
  code: string,
): (site: OcppSite) => Promise<void> {
  return async (site) => {
    const charger = await site.booted("SEV-07");
    strictEqual(await charger.refusal(action, payload), code);
    strictEqual(charger.isOpen, true);
    deepStrictEqual(site.sessions("SEV-07"), []);
    strictEqual(site.state("SEV-07"), "ACTIVADO");
  };
}

const FORMATION = "FormationViolation";
const OCCURENCE = "OccurenceConstraintViolation";
const TYPE = "TypeConstraintViolation";
const PROPERTY = "PropertyConstraintViolation";
const START: OcppPayload = {
  connectorId: 1,
  idTag: "417",
  meterStart: 0,
  timestamp: "2026-11-22T17:00:00Z",
};

negative("an unknown action", payload("Dance", {}, "NotImplemented"));
negative(
  "an action named like a member of objects",
  payload("constructor", {}, "NotImplemented"),
);
negative(
  "an action that only a central asks",
  payload("Reset", { type: "Hard" }, "NotSupported"),
);
negative("a payload that is a list", payload("Heartbeat", [], FORMATION));
negative("a payload that is nothing", payload("Heartbeat", null, FORMATION));
negative("a payload that is text", payload("Heartbeat", "{}", FORMATION));
negative("a member too many", payload("Heartbeat", { x: 1 }, FORMATION));
negative("a missing member", payload("Authorize", {}, OCCURENCE));
negative("a number for text", payload("Authorize", { idTag: 417 }, TYPE));
negative("null for text", payload("Authorize", { idTag: null }, TYPE));
negative(
  "a token of 21 characters",
  payload("Authorize", { idTag: "x".repeat(21) }, PROPERTY),
);
negative(
  "a start at connector 0",
  payload("StartTransaction", { ...START, connectorId: 0 }, PROPERTY),
);
negative(
  "a start at connector 1.5",
  payload("StartTransaction", { ...START, connectorId: 1.5 }, TYPE),
);
negative(
  "a start whose time is none",
  payload("StartTransaction", { ...START, timestamp: "now" }, PROPERTY),
);
negative(
  "a start on the 30th of February",
  payload("StartTransaction", {
    ...START,
    timestamp: "2026-02-30T00:00:00Z",
  }, PROPERTY),
);
negative(
  "a start whose meter is no whole number of 32 bits",
  payload("StartTransaction", { ...START, meterStart: 2 ** 40 }, PROPERTY),
);
negative(
  "an end for an unknown reason",
  payload("StopTransaction", {
    transactionId: 1,
    meterStop: 1,
    timestamp: START["timestamp"],
    reason: "Bored",
  }, PROPERTY),
);
negative(
  "meter values without any",
  payload("MeterValues", { connectorId: 1, meterValue: [] }, OCCURENCE),
);
negative(
  "meter values of an unknown quantity",
  payload("MeterValues", {
    connectorId: 1,
    meterValue: [{
      timestamp: START["timestamp"],
      sampledValue: [{ value: "1", measurand: "Joy" }],
    }],
  }, PROPERTY),
);
negative(
  "a status that there is not",
  payload("StatusNotification", {
    connectorId: 1,
    errorCode: "NoError",
    status: "Sleeping",
  }, PROPERTY),
);
negative(
  "a status of connector -1",
  payload("StatusNotification", {
    connectorId: -1,
    errorCode: "NoError",
    status: "Available",
  }, PROPERTY),
);
negative(
  "a boot without a model",
  payload("BootNotification", { chargePointVendor: "A" }, OCCURENCE),
);

negative("frames of a wrong form whose id can be read", async (site) => {
  const charger = await site.booted("SEV-07");
  const frames = [
    [2, "7", "Heartbeat"],
    [2, "7", "Heartbeat", {}, {}],
    [2, "7", 5, {}],
    [2, "7", "", {}],
  ];
  for (const frame of frames) {
    strictEqual(codeOf(await charger.raw("7", frame)), FORMATION);
  }
  strictEqual(charger.isOpen, true);
});

negative(
  "frames without an id are passed over, five in a row end it",
  async (site) => {
    const charger = await site.booted("SEV-07");
    for (let i = 0; i < 4; i++) charger.send("[2]");
    await charger.ask("Heartbeat", {});
    for (const text of ["", "null", "{}", "[]", "[2,7]"]) charger.send(text);
    strictEqual((await charger.closed).code, 1008);
    deepStrictEqual(charger.stray, []);
  },
);

negative("what is not JSON", async (site) => {
  const charger = await site.booted("SEV-07");
  for (let i = 0; i < 5; i++) charger.send("REGISTER#SEV-07#x#0.25");
  strictEqual((await charger.closed).code, 1008);
});

negative("a message id of 37 characters", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.send(JSON.stringify([2, "x".repeat(37), "Heartbeat", {}]));
  await charger.ask("Heartbeat", {});
  deepStrictEqual(charger.stray, []);
});

negative("an unknown message type", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.send('[5,"7","Heartbeat",{}]');
  await charger.ask("Heartbeat", {});
  deepStrictEqual(charger.stray, []);
});

negative("answers to nothing that was asked", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.send('[3,"1",{"status":"Accepted"}]');
  charger.send('[4,"1","GenericError","",{}]');
  await charger.ask("Heartbeat", {});
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

negative(
  "an answer to another question than the one that was asked",
  async (site) => {
    const charger = await site.booted("SEV-07");
    charger.answer = () => {
      charger.send('[3,"other",{"status":"Accepted"}]');
      return undefined;
    };
    const { state } = await site.command("SEV-07", "ClearCache");
    strictEqual(state, "silent");
  },
  { settings: { callMs: 150 } },
);

negative("an answer that comes after its time", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.answer = () => undefined;
  strictEqual((await site.command("SEV-07", "ClearCache")).state, "silent");
  charger.send('[3,"1",{"status":"Accepted"}]');
  charger.answer = () => ({ status: "Accepted" });
  strictEqual((await site.command("SEV-07", "ClearCache")).state, "confirmed");
}, { settings: { callMs: 100 } });

negative("more calls at once than wait", async (site) => {
  const charger = await site.booted("SEV-07");
  // Each waits for what is not there; the one after the eighth that waits is told to wait itself.
  const calls = Array.from(
    { length: 20 },
    (_, i) =>
      charger.call("StopTransaction", {
        transactionId: 1000 + i,
        meterStop: 1,
        timestamp: site.at(),
      }),
  );
  const codes = (await Promise.all(calls)).map(codeOf);
  strictEqual(codes.filter((it) => it === "ok").length, 9);
  strictEqual(codes.filter((it) => it === "GenericError").length, 11);
  strictEqual(charger.isOpen, true);
}, { settings: { arrivalMs: 100 } });

negative("a binary frame", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.send(new TextEncoder().encode('[2,"7","Heartbeat",{}]'));
  strictEqual((await charger.closed).code, 1003);
});

negative("a frame that is longer than it may be", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.send(JSON.stringify([2, "7", "DataTransfer", {
    vendorId: "v",
    data: "x".repeat(300_000),
  }]));
  strictEqual((await charger.closed).code, 1009);
});

negative("a frame that is nested deeply", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.send("[".repeat(100_000));
  await charger.ask("Heartbeat", {});
  strictEqual(charger.isOpen, true);
});

negative(
  "another subprotocol: it opens without one and is closed",
  async (site) => {
    const charger = await site.connect("SEV-07", { protocols: [] });
    strictEqual(charger.protocol, "");
    strictEqual((await charger.closed).code, 1002);
    strictEqual(site.state("SEV-07"), undefined);
  },
);

negative("paths that name no point", async (site) => {
  for (
    const path of ["/", "/ocpp", "/ocpp/", "/ocpp/a%23b", "/ocpp/%ff", "/x/1"]
  ) strictEqual(await site.statusOf(path), 404, path);
  strictEqual(await site.statusOf(`/ocpp/${"x".repeat(201)}`), 404);
});

negative("requests that ask for no WebSocket", async (site) => {
  strictEqual(await site.statusOf("/ocpp/A", { "Upgrade": "h2c" }), 426);
  const old = { "Sec-WebSocket-Version": "8" };
  strictEqual(await site.statusOf("/ocpp/A", old), 426);
  strictEqual(
    await site.statusOf("/ocpp/A", { "Sec-WebSocket-Key": "x" }),
    400,
  );
});

negative("a status of connector 101", async (site) => {
  const charger = await site.booted("SEV-07");
  deepStrictEqual(await charger.status(101, "Faulted"), {});
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(site.charging.point("SEV-07")?.connectors.length, 1);
});

negative("a charger that never gives a sign of life", async (site) => {
  const { port } = site.listener;
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(new TextEncoder().encode(
    "GET /ocpp/SEV-07 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n" +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n",
  ));
  await until(() => site.listener.connections === 1, "connected");
  await until(() => site.listener.connections === 0, "cut off");
  socket.close();
}, { pingMs: 100 });
