import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ok } from "../../../crdt/mod.ts";
import { HEALTH_RETRY_MS } from "../../../nodes/charging/point_health.ts";
import { DECISIONS_WAITING_MAX } from "../../../nodes/limits.ts";
import {
  createChargingNode,
  passTime,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

/** A point that supplies, at a node whose queue of decisions can be filled. */
async function supplying() {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint("SEV-07");
  const link = await point.connect(charging);
  await site.request("417", "SEV-07");
  await site.supply("started", "SEV-07", { driver: "417" });
  await site.supply("meter", "SEV-07", { driver: "417", energy: 300 });
  /** As many decisions wait as may; resolves when they are over. */
  const fill = async () => {
    const { replica } = node.node;
    const others = Array.from(
      { length: DECISIONS_WAITING_MAX },
      () => replica.decide(() => ok(null)),
    );
    await Promise.all(others);
  };
  return { node, site, point, link, fill };
}

Deno.test("C-14: a FAULT that meets a node without room is written when it has some", async () => {
  const { node, site, link, fill } = await supplying();
  const filled = fill();
  await link.fault();
  strictEqual(site.state("SEV-07"), "SUMINISTRANDO");
  await filled;
  await passTime(node, HEALTH_RETRY_MS, HEALTH_RETRY_MS);
  strictEqual(site.state("SEV-07"), "AVERIADO");
  deepStrictEqual(site.told, [
    "AUTH_OK SEV-07 417",
    "SUPPLY_ERROR SEV-07 417 300 6 Carga interrumpida: Avería detectada en el punto de recarga",
  ]);
  await node.stop();
});

Deno.test("a FAULT and a RECOVER that met a node without room: the newest counts, also if there is none for long", async () => {
  const { node, site, link, fill } = await supplying();
  let filled = fill();
  await link.fault();
  await link.recover();
  await link.fault({ code: "GroundFailure" });
  await filled;
  filled = fill();
  await passTime(node, 1, 1);
  await filled;
  await passTime(node, 20_000);
  strictEqual(site.state("SEV-07"), "AVERIADO");
  filled = fill();
  await link.recover();
  await filled;
  strictEqual(site.state("SEV-07"), "AVERIADO");
  await passTime(node, HEALTH_RETRY_MS, HEALTH_RETRY_MS);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});

Deno.test("a FAULT that was not written counts no more once a newer connection has the point", async () => {
  const { node, site, point, link, fill } = await supplying();
  await site.supply("ended", "SEV-07", { driver: "417", energy: 300 });
  const filled = fill();
  await link.fault();
  await filled;
  await new PlayedPoint(point.id).connect(node.useCases.charging);
  await passTime(node, 20_000);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});
