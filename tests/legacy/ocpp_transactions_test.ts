/**
 * OCPP 1.6J, transactions: they are the sessions of every other protocol, and count once however often they are told.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  ok,
  parseSiteCode,
  type SiteCode,
  siteSpace,
  transactionNumber,
} from "../../crdt/mod.ts";
import type { PointId } from "../../nodes/charging/charging_use_cases.ts";
import { tagOfDriver } from "../../nodes/charging/ocpp_tags.ts";
import { setFields } from "../../nodes/forecourt/forecourt_context.ts";
import {
  OcppSite,
  positive,
  type RawCharger,
  until,
} from "../support/ocpp_site.ts";
import { CHARGING_SITE, createChargingMesh } from "../support/charging_node.ts";

function meter(site: OcppSite, value: string, more = {}, seconds = 0) {
  return [{ timestamp: site.at(seconds), sampledValue: [{ value, ...more }] }];
}

/** Begins a transaction, and gives what `MeterValues` of these samples make of its energy. */
async function energyOf(
  site: OcppSite,
  sampledValue: readonly Record<string, string>[],
): Promise<number | undefined> {
  const charger = await site.booted("SEV-07");
  const transactionId = await site.start(charger);
  await charger.ask("MeterValues", {
    connectorId: 1,
    transactionId,
    meterValue: [{ timestamp: site.at(), sampledValue }],
  });
  return site.sessions("SEV-07")[0]?.energy;
}

positive("a whole transaction is one session with a ticket", async (site) => {
  const charger = await site.booted("SEV-07");
  const transactionId = await site.start(charger);
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  await charger.ask("MeterValues", {
    connectorId: 1,
    transactionId,
    meterValue: meter(site, "2500"),
  });
  strictEqual(site.sessions("SEV-07")[0]?.energy, 1500);
  await site.stop(charger, transactionId);
  const [session, ...others] = site.sessions("SEV-07");
  strictEqual(others.length, 0);
  deepStrictEqual(
    [session?.status, session?.outcome, session?.energy, session?.driver],
    ["ended", "completed", 3000, "417"],
  );
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  deepStrictEqual(site.notices, [
    "AUTH_OK SEV-07 417",
    "TICKET SEV-07 417 3000 0",
  ]);
});

positive("a transaction's number follows from its session", async (site) => {
  const charger = await site.booted("SEV-07");
  const number = await site.start(charger);
  const [session] = site.sessions("SEV-07");
  strictEqual(session && transactionNumber(session.id), number);
  strictEqual(session?.transaction, number);
  strictEqual(number > 0 && number < 2 ** 31, true);
});

positive("the driver is free after the end, elsewhere too", async (site) => {
  const first = await site.booted("SEV-07");
  const second = await site.booted("SEV-08");
  await site.stop(first, await site.start(first));
  await site.start(second);
  strictEqual(site.state("SEV-08"), "SUMINISTRANDO");
});

positive("two transactions one after another", async (site) => {
  const charger = await site.booted("SEV-07");
  await site.stop(charger, await site.start(charger));
  const timestamp = site.at(60);
  const second = await site.start(charger, { meterStart: 4000, timestamp });
  await site.stop(charger, second, { meterStop: 4500 });
  deepStrictEqual(
    site.sessions("SEV-07").map((it) => it.energy).toSorted(),
    [3000, 500],
  );
});

positive("two connectors at the same time", async (site) => {
  const charger = await site.booted("SEV-07", { connectors: 2 });
  const first = await site.start(charger);
  const second = await site.start(charger, { connectorId: 2, idTag: "418" });
  await site.stop(charger, first);
  await site.stop(charger, second, { meterStop: 2000 });
  deepStrictEqual(
    site.sessions("SEV-07").map((it) => [it.driver, it.energy]).toSorted(),
    [["417", 3000], ["418", 1000]],
  );
});

positive("a start that is told again gets the same number", async (site) => {
  const charger = await site.booted("SEV-07");
  const timestamp = site.at();
  const first = await site.start(charger, { timestamp });
  strictEqual(await site.start(charger, { timestamp }), first);
  strictEqual(site.sessions("SEV-07").length, 1);
});

positive(
  "a start that is told again after the end opens nothing",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const timestamp = site.at();
    const number = await site.start(charger, { timestamp });
    await site.stop(charger, number);
    strictEqual(await site.start(charger, { timestamp }), number);
    strictEqual(site.sessions("SEV-07").length, 1);
    strictEqual(site.state("SEV-07"), "ACTIVADO");
  },
);

positive("a start that is told again on a new connection", async (site) => {
  const first = await site.booted("SEV-07");
  const timestamp = site.at();
  const number = await site.start(first, { timestamp });
  await first.close();
  const second = await site.booted("SEV-07");
  strictEqual(await site.start(second, { timestamp }), number);
  strictEqual(site.sessions("SEV-07").length, 1);
});

positive("an end that is told again counts once", async (site) => {
  const charger = await site.booted("SEV-07");
  const number = await site.start(charger);
  await site.stop(charger, number);
  deepStrictEqual(await site.stop(charger, number), {});
  strictEqual(site.sessions("SEV-07")[0]?.energy, 3000);
  strictEqual(site.charging.unattributed({ limit: 10 }).items.length, 0);
  strictEqual(
    site.notices.filter((it) => it.startsWith("TICKET")).length,
    1,
  );
});

positive(
  "a supply goes on while the charger is away, however long",
  async (site) => {
    const first = await site.booted("SEV-07");
    const number = await site.start(first);
    await first.close();
    for (let i = 0; i < 20; i++) {
      site.test.clock.advance(60_000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    strictEqual(site.sessions("SEV-07")[0]?.status, "charging");
    const second = await site.booted("SEV-07");
    await site.stop(second, number);
    deepStrictEqual(
      [site.sessions("SEV-07")[0]?.outcome, site.sessions("SEV-07")[0]?.energy],
      ["completed", 3000],
    );
  },
);

positive(
  "a transaction that began and ended while the charger was away",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const number = await site.start(charger, { timestamp: site.at(-7200) });
    await site.stop(charger, number, { timestamp: site.at(-3600) });
    const [session] = site.sessions("SEV-07");
    strictEqual((session?.startedAt ?? 0) / 1000, Date.parse(site.at(-7200)));
    strictEqual(session?.energy, 3000);
  },
);

positive(
  "the end of a transaction that nobody knows: its own meter values count",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const stop = () =>
      site.stop(charger, 77, {
        idTag: "417",
        transactionData: meter(site, "1500", { context: "Transaction.Begin" }),
      });
    deepStrictEqual(await stop(), { idTagInfo: { status: "Accepted" } });
    await stop();
    const { items } = site.charging.unattributed({ limit: 10 });
    deepStrictEqual(items.map((it) => [it.point, it.energy]), [[
      "SEV-07",
      2500,
    ]]);
    strictEqual(site.sessions("SEV-07").length, 0);
  },
);

positive(
  "the end of a transaction that nobody knows: the meter goes on from the last session",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await site.stop(charger, await site.start(charger));
    await site.stop(charger, 78, { meterStop: 4700 });
    const { items } = site.charging.unattributed({ limit: 10 });
    deepStrictEqual(items.map((it) => it.energy), [700]);
  },
);

positive(
  "the end of a transaction that nobody knows, without any hint",
  async (site) => {
    const charger = await site.booted("SEV-07");
    deepStrictEqual(await site.stop(charger, 79), {});
    strictEqual(site.charging.unattributed({ limit: 10 }).items.length, 0);
    strictEqual(
      site.logs.includes("A transaction that nobody knows ended"),
      true,
    );
  },
);

positive(
  "the end of another transaction leaves the one that runs",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await site.start(charger);
    await site.stop(charger, 80);
    strictEqual(site.sessions("SEV-07")[0]?.status, "charging");
  },
);

positive("an end with a token, meter values and a reason", async (site) => {
  const charger = await site.booted("SEV-07");
  const answer = await site.stop(charger, await site.start(charger), {
    idTag: "417",
    reason: "EVDisconnected",
    transactionData: meter(site, "2000"),
  });
  deepStrictEqual(answer, { idTagInfo: { status: "Accepted" } });
});

positive("a meter that was replaced: what was known counts", async (site) => {
  const charger = await site.booted("SEV-07");
  const transactionId = await site.start(charger);
  await charger.ask("MeterValues", {
    connectorId: 1,
    transactionId,
    meterValue: meter(site, "1800"),
  });
  await site.stop(charger, transactionId, { meterStop: 10 });
  strictEqual(site.sessions("SEV-07")[0]?.energy, 800);
});

positive(
  "a transaction that begins where another never ended",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const first = await site.start(charger);
    await charger.ask("MeterValues", {
      connectorId: 1,
      transactionId: first,
      meterValue: meter(site, "1600"),
    });
    const second = await site.start(charger, {
      idTag: "418",
      meterStart: 2000,
      timestamp: site.at(600),
    });
    const ended = site.sessions("SEV-07").find((it) =>
      it.transaction === first
    );
    deepStrictEqual([ended?.status, ended?.energy], ["ended", 600]);
    await site.stop(charger, second, { meterStop: 2100 });
    strictEqual(site.state("SEV-07"), "ACTIVADO");
  },
);

positive(
  "a driver who charges elsewhere is told ConcurrentTx; his energy counts",
  async (site) => {
    const first = await site.booted("SEV-07");
    const second = await site.booted("SEV-08");
    await site.start(first);
    const { idTagInfo, transactionId } = await second.ask("StartTransaction", {
      connectorId: 1,
      idTag: "417",
      meterStart: 0,
      timestamp: site.at(),
    });
    deepStrictEqual(idTagInfo, { status: "ConcurrentTx" });
    await site.stop(second, Number(transactionId), {
      meterStop: 5,
      reason: "DeAuthorized",
    });
    const [session] = site.sessions("SEV-08");
    deepStrictEqual([session?.status, session?.energy], ["ended", 5]);
    strictEqual(site.state("SEV-08"), "ACTIVADO");
  },
);

positive(
  "a start with a token that is nobody's is Invalid, and a session all the same",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const { idTagInfo, transactionId } = await charger.ask("StartTransaction", {
      connectorId: 1,
      idTag: "NO_DRIVER",
      meterStart: 0,
      timestamp: site.at(),
    });
    deepStrictEqual(idTagInfo, { status: "Invalid" });
    await site.stop(charger, Number(transactionId), { meterStop: 7 });
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.driver, it.energy]),
      [[null, 7]],
    );
  },
);

positive("a start with a reservation's number", async (site) => {
  const charger = await site.booted("SEV-07");
  strictEqual(await site.start(charger, { reservationId: 4 }) > 0, true);
});

positive("meter values in Wh", async (site) => {
  strictEqual(await energyOf(site, [{ value: "1700", unit: "Wh" }]), 700);
});

positive("meter values in kWh", async (site) => {
  strictEqual(await energyOf(site, [{ value: "1.7004", unit: "kWh" }]), 700);
});

positive("meter values without a unit", async (site) => {
  const measurand = "Energy.Active.Import.Register";
  strictEqual(await energyOf(site, [{ value: "1700.5", measurand }]), 701);
});

positive("meter values of phases are added", async (site) => {
  const samples = ["L1", "L2", "L3"].map((phase) => ({ value: "600", phase }));
  strictEqual(await energyOf(site, samples), 800);
});

positive("meter values: signed data is passed over", async (site) => {
  const signed = { value: "AAEC", format: "SignedData" };
  strictEqual(await energyOf(site, [signed, { value: "1200" }]), 200);
});

positive(
  "meter values: power, voltage and temperature are passed over",
  async (site) => {
    const samples = [
      { value: "7400", measurand: "Power.Active.Import", unit: "W" },
      { value: "230", measurand: "Voltage", unit: "V" },
      { value: "31", measurand: "Temperature", unit: "Celsius" },
    ];
    strictEqual(await energyOf(site, samples), 0);
  },
);

positive("meter values: the newest of several", async (site) => {
  const charger = await site.booted("SEV-07");
  const transactionId = await site.start(charger);
  await charger.ask("MeterValues", {
    connectorId: 1,
    transactionId,
    meterValue: [...meter(site, "1900", {}, 20), ...meter(site, "1500")],
  });
  strictEqual(site.sessions("SEV-07")[0]?.energy, 900);
});

positive(
  "meter values without a transaction are those of the connector's",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await site.start(charger);
    await charger.ask("MeterValues", {
      connectorId: 1,
      meterValue: meter(site, "1300"),
    });
    strictEqual(site.sessions("SEV-07")[0]?.energy, 300);
  },
);

positive("meter values while nobody charges say nothing", async (site) => {
  const charger = await site.booted("SEV-07");
  const meterValue = meter(site, "1300");
  const main = { connectorId: 0, meterValue };
  deepStrictEqual(await charger.ask("MeterValues", main), {});
  const unknown = { connectorId: 1, transactionId: 5, meterValue };
  deepStrictEqual(await charger.ask("MeterValues", unknown), {});
  strictEqual(site.sessions("SEV-07").length, 0);
});

positive(
  "a fault ends the session with what it took; the rest is counted",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const transactionId = await site.start(charger);
    await charger.ask("MeterValues", {
      connectorId: 1,
      transactionId,
      meterValue: meter(site, "1500"),
    });
    await charger.status(1, "Faulted");
    await until(() => site.sessions("SEV-07")[0]?.status === "ended", "ended");
    deepStrictEqual(
      [site.sessions("SEV-07")[0]?.outcome, site.sessions("SEV-07")[0]?.energy],
      ["fault", 500],
    );
    await site.stop(charger, transactionId, {
      meterStop: 1600,
      reason: "EmergencyStop",
    });
    const { items } = site.charging.unattributed({ limit: 10 });
    deepStrictEqual(items.map((it) => it.energy), [100]);
  },
);

async function reserve(site: OcppSite, charger: RawCharger, driver = "417") {
  const verdict = await site.request(driver, "SEV-07");
  strictEqual(verdict.words, "Autorizado");
  const [action, payload] = charger.asked.at(-1) ?? ["", {}];
  strictEqual(action, "RemoteStartTransaction");
  return { verdict, tag: String(payload["idTag"]) };
}

positive(
  "a driver who asked elsewhere is started by the node",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const { verdict, tag } = await reserve(site, charger);
    strictEqual(tag, "417");
    strictEqual(site.state("SEV-07"), "RESERVADO");
    const number = await site.start(charger, { idTag: tag });
    strictEqual(site.sessions("SEV-07")[0]?.id, verdict.session);
    await site.stop(charger, number);
    deepStrictEqual(site.notices, [
      "AUTH_OK SEV-07 417",
      "TICKET SEV-07 417 3000 0",
    ]);
  },
);

positive("a driver whose id is longer than a token may be", async (site) => {
  const charger = await site.booted("SEV-07");
  const driver = "ana.lopez@flotas.example";
  const { verdict, tag } = await reserve(site, charger, driver);
  strictEqual(tag, tagOfDriver(driver as Parameters<typeof tagOfDriver>[0]));
  strictEqual(tag.length, 20);
  await site.start(charger, { idTag: tag.toLowerCase() });
  const [session] = site.sessions("SEV-07");
  deepStrictEqual([session?.id, session?.driver], [verdict.session, driver]);
});

positive("a driver whom the charger refuses hears no", async (site) => {
  const charger = await site.booted("SEV-07");
  charger.answer = () => ({ status: "Rejected" });
  const verdict = await site.request("417", "SEV-07");
  strictEqual(verdict.session, null);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(site.notices.some((it) => it.startsWith("AUTH_OK")), false);
});

positive("a driver who does not plug in frees the point", async (site) => {
  const charger = await site.booted("SEV-07");
  await reserve(site, charger);
  await charger.status(1, "Preparing");
  strictEqual(site.state("SEV-07"), "RESERVADO");
  await charger.status(1, "Available");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(site.sessions("SEV-07")[0]?.outcome, "cancelled");
});

positive(
  "a driver who never comes frees the point after a while",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await reserve(site, charger);
    await until(() => site.state("SEV-07") === "ACTIVADO", "free");
    strictEqual(site.sessions("SEV-07")[0]?.outcome, "cancelled");
  },
  { settings: { startMs: 100 } },
);

positive("a driver who plugs in at the other connector", async (site) => {
  const charger = await site.booted("SEV-07", { connectors: 2 });
  const { tag } = await reserve(site, charger);
  const reserved = site.sessions("SEV-07")[0]?.connector;
  const connectorId = reserved === 1 ? 2 : 1;
  const number = await site.start(charger, { idTag: tag, connectorId });
  const session = site.charging.transaction("SEV-07" as PointId, number);
  deepStrictEqual([session?.driver, session?.connector], ["417", connectorId]);
});

positive("amounts follow from the site's tariff", async (site) => {
  await setTariff(site, { energy: 2_555, session: 50, minute: 100 });
  const charger = await site.booted("SEV-07");
  const number = await site.start(charger);
  // 3 kWh at 0.2555, a session 0.50, 10 begun minutes at 0.01: 1.3665, rounded to the nearest cent.
  await site.stop(charger, number, { timestamp: site.at(541) });
  deepStrictEqual(site.notices.at(-1), "TICKET SEV-07 417 3000 137");
});

/** Sets what energy costs at a site, in 1/10,000 of the currency's unit, and a session in minor units. */
async function setTariff(
  { test }: OcppSite,
  fields: Readonly<Record<string, number>>,
): Promise<void> {
  const { replica } = test.node;
  const space = siteSpace(parseSiteCode(CHARGING_SITE) ?? ("" as SiteCode));
  await replica.decide((decision) => {
    const subject = "tariff/default";
    setFields(decision, { space, subject, before: undefined }, fields);
    return ok(null);
  });
}

/** Two linked nodes of one site with a listener each, while time moves on by itself. */
async function atTwoNodes(
  body: (first: OcppSite, second: OcppSite) => Promise<void>,
): Promise<void> {
  const mesh = await createChargingMesh(7);
  const [first, second] = ["a", "b"].map((name) => {
    const node = mesh.node(name);
    const { useCases } = node;
    const { clock } = mesh;
    return new OcppSite({ node, useCases, clock, stop: async () => {} });
  });
  let isOver = false;
  const moving = (async () => {
    while (!isOver) {
      await mesh.run(20);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  try {
    if (first !== undefined && second !== undefined) await body(first, second);
  } finally {
    await Promise.all([first?.end(), second?.end()]);
    isOver = true;
    await moving;
    await mesh.stop();
  }
}

positive(
  "the end of a transaction at another node than where it began",
  () =>
    atTwoNodes(async (first, second) => {
      const charger = await first.booted("SEV-07");
      const number = await first.start(charger);
      await charger.close();
      const again = await second.booted("SEV-07");
      await second.stop(again, number);
      await until(() => first.sessions("SEV-07")[0]?.status === "ended");
      for (const site of [first, second]) {
        deepStrictEqual(
          site.sessions("SEV-07").map((it) => [it.outcome, it.energy]),
          [["completed", 3000]],
        );
      }
    }),
);

positive(
  "a driver who asks at another node than the charger's",
  () =>
    atTwoNodes(async (first, second) => {
      const charger = await first.booted("SEV-07");
      await until(() => second.state("SEV-07") === "ACTIVADO");
      const verdict = await second.request("417", "SEV-07");
      strictEqual(verdict.words, "Autorizado");
      strictEqual(charger.asked.at(-1)?.[0], "RemoteStartTransaction");
      strictEqual(await first.start(charger) > 0, true);
      strictEqual(first.sessions("SEV-07")[0]?.id, verdict.session);
    }),
);

positive(
  "a command from another node than the charger's",
  () =>
    atTwoNodes(async (first, second) => {
      const charger = await first.booted("SEV-07");
      await until(() => second.state("SEV-07") === "ACTIVADO");
      const { state, answer } = await second.command("SEV-07", "Reset", {
        type: "Soft",
      });
      deepStrictEqual([state, answer], ["confirmed", { status: "Accepted" }]);
      deepStrictEqual(charger.asked.at(-1), ["Reset", { type: "Soft" }]);
    }),
);
