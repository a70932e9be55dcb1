import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createChargingNode,
  PlayedPoint,
  PlayedSite,
  requestId,
} from "../../support/charging_node.ts";

Deno.test("M-3: a request tells the equipment, then the driver; 4: a whole supply gives one ticket and frees both", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(charging);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  const verdict = await site.request("417", "SEV-07");
  strictEqual(verdict.words, "Autorizado");
  deepStrictEqual(point.told, ["authorize 417"]);
  deepStrictEqual(site.told, ["AUTH_OK SEV-07 417"]);
  strictEqual(site.state("SEV-07"), "RESERVADO");
  strictEqual((await charging.sessionAt("SEV-07"))?.driver, "417");
  strictEqual(
    await site.supply("started", "SEV-07", { driver: "417" }),
    "stored",
  );
  for (let i = 1; i <= 5; i++) {
    const energy = i * 100;
    strictEqual(
      await site.supply("meter", "SEV-07", { driver: "417", energy }),
      "live",
    );
  }
  strictEqual(site.totals.at(-1), "CONSUMO_UPDATE SEV-07 417 500 10");
  strictEqual(site.totals.length, 5);
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  await site.supply("ended", "SEV-07", { driver: "417", energy: 500 });
  deepStrictEqual(site.told, [
    "AUTH_OK SEV-07 417",
    "TICKET SEV-07 417 500 10",
  ]);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(await charging.sessionAt("SEV-07"), undefined);
  strictEqual((await site.request("417", "SEV-07")).refusal, null);
  ok(requestId("x") !== undefined);
  await node.stop();
});
