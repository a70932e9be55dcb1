/**
 * OCPP 1.6J, what meters show: units, phases, other quantities.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type OcppSite, positive } from "../support/ocpp_site.ts";

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
