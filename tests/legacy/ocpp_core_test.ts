/**
 * OCPP 1.6J, what chargers say by themselves: starting, signs of life, connectors, tokens.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { parseOcppTime } from "../../net/mod.ts";
import { type OcppSite, positive, until } from "../support/ocpp_site.ts";

positive("a boot is accepted with the time and an interval", async (site) => {
  const charger = await site.connect("SEV-07");
  const { status, currentTime, interval } = await charger.boot();
  deepStrictEqual([status, interval], ["Accepted", 300]);
  strictEqual(parseOcppTime(String(currentTime)) !== undefined, true);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(site.charging.point("SEV-07")?.dialect, "ocpp");
});

positive("a boot with every member the specification has", async (site) => {
  const charger = await site.connect("SEV-07");
  const { status } = await charger.boot({
    chargePointSerialNumber: "1",
    chargeBoxSerialNumber: "2",
    firmwareVersion: "3",
    iccid: "4",
    imsi: "5",
    meterType: "6",
    meterSerialNumber: "7",
  });
  strictEqual(status, "Accepted");
});

positive("a heartbeat interval as it is set", async (site) => {
  const charger = await site.connect("SEV-07");
  strictEqual((await charger.boot())["interval"], 30);
}, { settings: { heartbeatSeconds: 30 } });

positive("the subprotocol ocpp1.6 among others", async (site) => {
  const protocols = ["ocpp2.0.1", "ocpp1.6", "ocpp1.5"];
  const charger = await site.connect("SEV-07", { protocols });
  strictEqual(charger.protocol, "ocpp1.6");
  strictEqual((await charger.boot())["status"], "Accepted");
});

positive(
  "an id with spaces, slashes and letters beyond ASCII",
  async (site) => {
    const charger = await site.booted("Plaza ñ/7 : a");
    strictEqual(site.state("Plaza ñ/7 : a"), "ACTIVADO");
    strictEqual(charger.isOpen, true);
  },
);

positive("a second boot on the same connection", async (site) => {
  const charger = await site.booted("SEV-07");
  strictEqual((await charger.boot())["status"], "Accepted");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

positive("a boot after new firmware on the same connection", async (site) => {
  const charger = await site.booted("SEV-07");
  const { status } = await charger.boot({ firmwareVersion: "2.0" });
  strictEqual(status, "Accepted");
  strictEqual(charger.isOpen, true);
  await charger.status(1, "Faulted");
  strictEqual(site.state("SEV-07"), "AVERIADO");
});

positive("a heartbeat is answered with the time", async (site) => {
  const charger = await site.booted("SEV-07");
  const { currentTime } = await charger.ask("Heartbeat", {});
  match(String(currentTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

positive("a charger that is connected again without a start", async (site) => {
  const first = await site.booted("SEV-07");
  await first.close();
  await until(() => site.state("SEV-07") === "DESCONECTADO");
  const second = await site.connect("SEV-07");
  await until(() => site.state("SEV-07") === "ACTIVADO");
  strictEqual((await second.ask("Heartbeat", {}))["currentTime"] !== "", true);
});

positive(
  "an unknown charger whose first word is no boot is asked for one",
  async (site) => {
    const charger = await site.connect("SEV-07");
    await charger.status(1, "Available");
    strictEqual(site.state("SEV-07"), "ACTIVADO");
    await until(() => charger.asked.length > 0);
    deepStrictEqual(charger.asked, [
      ["TriggerMessage", { requestedMessage: "BootNotification" }],
    ]);
  },
);

positive(
  "a newer connection counts once it has booted; the older one is closed",
  async (site) => {
    const first = await site.booted("SEV-07");
    const second = await site.connect("SEV-07");
    await first.ask("Heartbeat", {});
    strictEqual(first.isOpen, true);
    await second.boot();
    const { code } = await first.closed;
    strictEqual(code, 1008);
    strictEqual(site.state("SEV-07"), "ACTIVADO");
    strictEqual(
      site.logs.includes("A newer connection has taken an OCPP point"),
      true,
    );
    await second.status(1, "Faulted");
    strictEqual(site.state("SEV-07"), "AVERIADO");
  },
);

positive("a closed connection leaves the point disconnected", async (site) => {
  const charger = await site.booted("SEV-07");
  await charger.close();
  await until(() => site.state("SEV-07") === "DESCONECTADO");
});

positive("two points, each its own", async (site) => {
  const first = await site.booted("SEV-07");
  await site.booted("SEV-08");
  await first.status(1, "Faulted");
  strictEqual(site.state("SEV-07"), "AVERIADO");
  strictEqual(site.state("SEV-08"), "ACTIVADO");
});

positive("ids that differ in case alone are two points", async (site) => {
  const first = await site.booted("SEV-07");
  await site.booted("sev-07");
  await first.status(1, "Faulted");
  strictEqual(site.state("sev-07"), "ACTIVADO");
});

positive("status Available of the whole and a connector", async (site) => {
  const charger = await site.connect("SEV-07");
  await charger.boot();
  deepStrictEqual(await charger.status(0, "Available"), {});
  deepStrictEqual(await charger.status(1, "Available"), {});
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

function changesNothing(status: string): (site: OcppSite) => Promise<void> {
  return async (site) => {
    const charger = await site.booted("SEV-07");
    deepStrictEqual(await charger.status(1, status), {});
    strictEqual(site.state("SEV-07"), "ACTIVADO");
  };
}

positive("status Preparing", changesNothing("Preparing"));
positive("status SuspendedEV", changesNothing("SuspendedEV"));
positive("status SuspendedEVSE", changesNothing("SuspendedEVSE"));
positive("status Finishing", changesNothing("Finishing"));

positive("status Faulted of a connector, and well again", async (site) => {
  const charger = await site.booted("SEV-07");
  await charger.status(1, "Faulted", { vendorErrorCode: "E7" });
  strictEqual(site.state("SEV-07"), "AVERIADO");
  const [connector] = site.charging.point("SEV-07")?.connectors ?? [];
  strictEqual(connector?.errorCode, "GroundFailure E7");
  await charger.status(1, "Available");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

positive("status Faulted of the whole point, and well again", async (site) => {
  const charger = await site.booted("SEV-07");
  await charger.status(0, "Faulted");
  strictEqual(site.state("SEV-07"), "AVERIADO");
  await charger.status(0, "Available");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
});

positive(
  "a fault is known after the connection was made again",
  async (site) => {
    const first = await site.booted("SEV-07");
    await first.status(1, "Faulted");
    await first.close();
    const second = await site.connect("SEV-07");
    await second.boot();
    strictEqual(site.state("SEV-07"), "AVERIADO");
    await second.status(1, "Available");
    strictEqual(site.state("SEV-07"), "ACTIVADO");
  },
);

positive("status of a greater connector adds it", async (site) => {
  const charger = await site.booted("SEV-07", { connectors: 2 });
  const connectors = site.charging.point("SEV-07")?.connectors ?? [];
  deepStrictEqual(connectors.map((it) => it.number), [1, 2]);
  strictEqual(charger.isOpen, true);
});

positive("a fault of one of two connectors leaves the other", async (site) => {
  const charger = await site.booted("SEV-07", { connectors: 2 });
  await charger.status(2, "Faulted");
  const states = site.charging.point("SEV-07")?.connectors.map((it) =>
    it.state
  );
  deepStrictEqual(states, ["ACTIVADO", "AVERIADO"]);
});

positive(
  "status Unavailable puts a point out of service, Available back",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await charger.status(0, "Unavailable");
    strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
    await charger.status(0, "Available");
    strictEqual(site.state("SEV-07"), "ACTIVADO");
  },
);

positive("status with info, a time and a vendor", async (site) => {
  const charger = await site.booted("SEV-07");
  const more = { info: "i", timestamp: site.at(), vendorId: "v" };
  deepStrictEqual(await charger.status(1, "Available", more), {});
});

positive("a token of an unknown driver may charge", async (site) => {
  const charger = await site.booted("SEV-07");
  deepStrictEqual(await charger.ask("Authorize", { idTag: "417" }), {
    idTagInfo: { status: "Accepted" },
  });
});

positive("a token of 20 characters", async (site) => {
  const charger = await site.booted("SEV-07");
  const { idTagInfo } = await charger.ask("Authorize", {
    idTag: "x".repeat(20),
  });
  deepStrictEqual(idTagInfo, { status: "Accepted" });
});

positive("a token that can be no driver is Invalid", async (site) => {
  const charger = await site.booted("SEV-07");
  for (const idTag of ["NO_SESSION", "a#b", ""]) {
    const { idTagInfo } = await charger.ask("Authorize", { idTag });
    deepStrictEqual(idTagInfo, { status: "Invalid" });
  }
});

positive("data of a vendor is answered as unknown", async (site) => {
  const charger = await site.booted("SEV-07");
  const answer = await charger.ask("DataTransfer", {
    vendorId: "org.example",
    messageId: "m",
    data: "d",
  });
  deepStrictEqual(answer, { status: "UnknownVendorId" });
});

positive("where diagnostics and firmware stand is noted", async (site) => {
  const charger = await site.booted("SEV-07");
  for (const action of ["Diagnostics", "Firmware"]) {
    const name = `${action}StatusNotification`;
    deepStrictEqual(await charger.ask(name, { status: "Idle" }), {});
  }
  strictEqual(
    site.logs.filter((it) => it === "An OCPP point reports").length,
    2,
  );
});

positive("calls that did not wait are answered in order", async (site) => {
  const charger = await site.booted("SEV-07");
  const answers = await Promise.all([
    charger.call("Heartbeat", {}),
    charger.call("Authorize", { idTag: "417" }),
    charger.call("DataTransfer", { vendorId: "v" }),
  ]);
  deepStrictEqual(answers.map((it) => it.kind), ["result", "result", "result"]);
});

positive("a message id of 36 characters", async (site) => {
  const charger = await site.booted("SEV-07");
  const id = "x".repeat(36);
  strictEqual((await charger.call("Heartbeat", {}, id)).kind, "result");
});

positive("the same message id twice", async (site) => {
  const charger = await site.booted("SEV-07");
  strictEqual((await charger.call("Heartbeat", {}, "7")).kind, "result");
  strictEqual((await charger.call("Heartbeat", {}, "7")).kind, "result");
});

positive("white space around a frame", async (site) => {
  const charger = await site.booted("SEV-07");
  const said = await charger.raw("7", ' [ 2, "7", "Heartbeat", { } ] \n');
  strictEqual(said.kind, "result");
});
