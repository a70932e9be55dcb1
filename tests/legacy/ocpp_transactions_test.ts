/**
 * OCPP 1.6J, transactions: they are the sessions of every other protocol, and count once however often they are told.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type DriverId,
  PanalError,
  type PointId,
  transactionNumber,
} from "../../crdt/mod.ts";
import { startIds } from "../../nodes/charging/ocpp_repeats.ts";
import { type OcppSite, positive, until } from "../support/ocpp_site.ts";

function meter(site: OcppSite, value: string, more = {}, seconds = 0) {
  return [{ timestamp: site.at(seconds), sampledValue: [{ value, ...more }] }];
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

/** What a charger says whose clock and meter begin anew each time its power comes back. */
const DEAD = { timestamp: "2000-01-01T00:00:00Z", meterStart: 0 };

positive(
  "a charger whose clock and meter begin anew says the same of each transaction: each counts",
  async (site) => {
    const numbers = new Set<number>();
    for (let i = 0; i < 3; i++) {
      const charger = await site.booted("SEV-07");
      const first = await site.start(charger, DEAD);
      // It is told again until the charger has the answer.
      strictEqual(await site.start(charger, DEAD), first);
      numbers.add(first);
      await site.stop(charger, first, { meterStop: 500 });
      await site.stop(charger, first, { meterStop: 500 });
      await charger.close();
    }
    strictEqual(numbers.size, 3);
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.driver, it.energy]),
      [["417", 500], ["417", 500], ["417", 500]],
    );
    strictEqual(site.charging.unattributed({ limit: 10 }).items.length, 0);
  },
);

positive(
  "a charger whose clock and meter began anew in the middle of a transaction begins another one",
  async (site) => {
    const first = await site.booted("SEV-07");
    const number = await site.start(first, DEAD);
    await first.ask("MeterValues", {
      connectorId: 1,
      transactionId: number,
      meterValue: meter(site, "700"),
    });
    await first.close();
    const second = await site.booted("SEV-07");
    const other = await site.start(second, DEAD);
    strictEqual(other === number, false);
    await site.stop(second, other, { meterStop: 400 });
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.energy, it.reason]).toSorted(),
      [[400, "Local"], [700, "Superseded"]],
    );
  },
);

positive(
  "a start that is told again is one, though a fault has ended its session and meters were read meanwhile",
  async (site) => {
    const first = await site.booted("SEV-07");
    const number = await site.start(first, DEAD);
    // Without the number: the charger may not have it.
    await first.ask("MeterValues", {
      connectorId: 1,
      meterValue: meter(site, "300"),
    });
    await first.status(1, "Faulted");
    await until(() => site.sessions("SEV-07")[0]?.status === "ended", "ended");
    await first.close();
    const second = await site.booted("SEV-07");
    strictEqual(await site.start(second, DEAD), number);
    await site.stop(second, number, { meterStop: 300 });
    strictEqual(site.sessions("SEV-07").length, 1);
    strictEqual(site.charging.unattributed({ limit: 10 }).items.length, 0);
    // Now it has used the number.
    strictEqual(await site.start(second, DEAD) === number, false);
  },
);

positive(
  "a start with another token at the same time by a dead clock is another transaction",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const { timestamp } = DEAD;
    const first = await site.start(charger, { timestamp });
    await site.stop(charger, first);
    const second = await site.start(charger, { timestamp, idTag: "418" });
    await site.stop(charger, second, { meterStop: 1500 });
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.driver, it.energy]).toSorted(),
      [["417", 3000], ["418", 500]],
    );
  },
);

positive(
  "a transaction that begins before the one that runs, by a clock that went back, ends that one",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await site.start(charger);
    const second = await site.start(charger, { ...DEAD, idTag: "418" });
    await site.stop(charger, second, { meterStop: 500 });
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.driver, it.status, it.energy])
        .toSorted(),
      [["417", "ended", 0], ["418", "ended", 500]],
    );
  },
);

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

positive(
  "what a transaction took beyond its session's end costs what its tariff says, once",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await site.test.useCases.charging.setTariff({
      point: null,
      tariff: { energy: 2_500, session: 50, minute: 0 },
    });
    const transactionId = await site.start(charger);
    await charger.status(1, "Faulted");
    await until(() => site.sessions("SEV-07")[0]?.status === "ended", "ended");
    const told = site.sessions("SEV-07")[0]?.amount ?? 0;
    for (let i = 0; i < 2; i++) {
      await site.stop(charger, transactionId, { meterStop: 5_000 });
    }
    const { items } = site.charging.unattributed({ limit: 10 });
    deepStrictEqual(items.map((it) => it.energy), [4_000]);
    // 4 kWh at 0.25 and 0.50 for the session.
    deepStrictEqual(told + (items[0]?.amount ?? 0), 150);
  },
);

positive(
  "what a transaction took that nobody knows costs what the tariff says, but for the time that nobody knows",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await site.test.useCases.charging.setTariff({
      point: null,
      tariff: { energy: 2_500, session: 50, minute: 100 },
    });
    for (let i = 0; i < 2; i++) {
      await site.stop(charger, 77, {
        transactionData: meter(site, "0", { context: "Transaction.Begin" }),
        meterStop: 4_000,
      });
    }
    const { items } = site.charging.unattributed({ limit: 10 });
    // 4 kWh at 0.25 and 0.50 for the session.
    deepStrictEqual(items.map((it) => [it.energy, it.amount]), [[4_000, 150]]);
  },
);

positive(
  "ends of transactions that a charger numbered by itself, all alike: each counts, once",
  async (site) => {
    const charger = await site.booted("SEV-07");
    for (const meterStop of [1_500, 1_500, 2_700]) {
      await site.stop(charger, -1, {
        meterStop,
        timestamp: "2026-03-01T10:00:00Z",
        transactionData: meter(site, String(meterStop - 500)),
      });
    }
    const { items } = site.charging.unattributed({ limit: 10 });
    deepStrictEqual(items.map((it) => it.energy), [500, 500]);
  },
);

positive(
  "a start and a stop that cannot be stored just now get no answer, but the connection's end: both are told again",
  async (site) => {
    const { supply } = site.charging;
    const full = () => Promise.reject(new PanalError("store_full", "full"));
    const timestamp = site.at();
    const refused = async (
      action: string,
      payload: Record<string, unknown>,
    ) => {
      const charger = await site.booted("SEV-07");
      Object.assign(site.charging, { supply: full });
      charger.send(JSON.stringify([2, "full", action, payload]));
      await charger.closed;
      deepStrictEqual(charger.stray, []);
      Object.assign(site.charging, { supply });
      return await site.booted("SEV-07");
    };
    const start = {
      connectorId: 1,
      idTag: "417",
      meterStart: 1_000,
      timestamp,
    };
    const charger = await refused("StartTransaction", start);
    const transactionId = await site.start(charger, { timestamp });
    const stop = { transactionId, meterStop: 4_000, timestamp: site.at(60) };
    await charger.close();
    const again = await refused("StopTransaction", stop);
    await again.ask("StopTransaction", stop);
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.driver, it.status, it.energy]),
      [["417", "ended", 3_000]],
    );
  },
);

positive(
  "a start whose session was given up before it came is a supply of nobody, and counts",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const timestamp = site.at();
    const start = {
      connectorId: 1,
      idTag: "417",
      meterStart: 1_000,
      timestamp,
    };
    const { request } = startIds("SEV-07" as PointId, start, 0);
    await site.charging.request({
      ...{ id: request, point: "SEV-07", connector: 1, driver: "417" },
      ...{ source: "ocpp", tellPoint: false },
    });
    await site.charging.driverQuit("417" as DriverId);
    for (let told = 0; told < 2; told++) {
      const { transactionId, idTagInfo } = await charger.ask(
        "StartTransaction",
        start,
      );
      deepStrictEqual(idTagInfo, { status: "Invalid" });
      await site.stop(charger, Number(transactionId));
    }
    deepStrictEqual(
      site.sessions("SEV-07").map((it) => [it.driver, it.status, it.energy])
        .toSorted(),
      [[null, "ended", 3_000], ["417", "ended", 0]],
    );
  },
);

positive(
  "a start that could not be taken and is not told again locks nobody out",
  async (site) => {
    const charger = await site.booted("SEV-07");
    const { supply } = site.charging;
    const failing = () => Promise.reject(new TypeError("bug"));
    Object.assign(site.charging, { supply: failing });
    const start = {
      connectorId: 1,
      idTag: "417",
      meterStart: 1_000,
      timestamp: site.at(),
    };
    const code = await charger.refusal("StartTransaction", start);
    strictEqual(code, "InternalError");
    strictEqual(site.state("SEV-07"), "RESERVADO");
    Object.assign(site.charging, { supply });
    await until(() => site.state("SEV-07") === "ACTIVADO", "free");
  },
  { settings: { startMs: 400 } },
);
