import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  createSeededRandom,
  parseSiteCode,
  type ProductId,
  type SiteCode,
} from "../../../crdt/mod.ts";
import { parseForecourtLine } from "../../../net/mod.ts";
import { createDeliveredRows } from "../../../nodes/forecourt/delivered_rows.ts";
import { DELIVERY_DEFAULTS } from "../../../nodes/forecourt/price_delivery.ts";
import { LINK_DEFAULTS } from "../../../nodes/forecourt/pump_links.ts";
import { PumpStation } from "../../../nodes/forecourt/pump_station.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const SITE = parseSiteCode("E01") as SiteCode;

function createStation(node: TestNode): PumpStation {
  const station = new PumpStation({
    site: SITE,
    timezone: "UTC",
    forecourt: node.useCases.forecourt,
    store: createDeliveredRows(node.node.replica, SITE),
    clock: node.clock,
    random: createSeededRandom(1),
    logger: { log: () => {} },
    alerts: { tell: () => {} },
    settings: {
      autoRegister: true,
      delivery: DELIVERY_DEFAULTS,
      links: LINK_DEFAULTS,
      checkUdpAddress: false,
      tickMs: 250,
    },
  });
  station.start();
  return station;
}

/** A connection that takes what is written only when the test says so. */
class SlowChannel {
  readonly address = "10.0.0.1";
  readonly lines: string[] = [];
  pendingBytes = 0;
  closed = false;

  write(line: Uint8Array, flushed?: () => void): boolean {
    this.lines.push(new TextDecoder().decode(line));
    if (this.pendingBytes === 0) flushed?.();
    return true;
  }

  close(): void {
    this.closed = true;
  }

  get prices(): number[] {
    return this.lines.map((line) => JSON.parse(line)["precios"]["precio_95"]);
  }
}

const registration = parseForecourtLine(
  JSON.stringify({ "tipo": "registro", "id_surtidor": 31 }),
);

Deno.test("PumpStation 3.8.9: while a pump does not drain, one price map waits for it, and the latest wins", async () => {
  const node = await createTestNode({
    site: "E01",
    roles: ["station"],
    currency: "CLP",
  });
  const station = createStation(node);
  const [slow, quick] = [new SlowChannel(), new SlowChannel()];
  const links = [slow, quick].map((channel) => station.open(channel));
  for (const link of links) await link.line(registration);
  slow.pendingBytes = 1;

  for (const price of [1361, 1362, 1363]) {
    await node.useCases.forecourt.setPrices({
      scope: `site:${SITE}`,
      prices: [{ fuel: "95" as ProductId, price }],
    });
  }
  const before = slow.prices;
  slow.pendingBytes = 0;
  for (const link of links) link.drained();

  deepStrictEqual(before, [1350]);
  deepStrictEqual(slow.prices, [1350, 1363]);
  deepStrictEqual(quick.prices, [1350, 1361, 1362, 1363]);
  await station.stop();
  await node.stop();
});

Deno.test("PumpStation R4: prices that waited for a slow pump are not written once it delivers, but when it is free again", async () => {
  const node = await createTestNode({
    site: "E01",
    roles: ["station"],
    currency: "CLP",
  });
  const station = createStation(node);
  const slow = new SlowChannel();
  const link = station.open(slow);
  const say = (operation: string) =>
    link.line(parseForecourtLine(JSON.stringify({
      "tipo": "estado",
      "estado_operacion": operation,
    })));
  await link.line(registration);
  slow.pendingBytes = 1;
  await node.useCases.forecourt.setPrices({
    scope: `site:${SITE}`,
    prices: [{ fuel: "95" as ProductId, price: 1361 }],
  });
  await say("despachando");
  slow.pendingBytes = 0;
  link.drained();
  const during = slow.prices;
  await say("disponible");

  deepStrictEqual(during, [1350]);
  deepStrictEqual(slow.prices, [1350, 1361]);
  await station.stop();
  await node.stop();
});

Deno.test("PumpStation.stop() ends its timers and closes what is open; what comes later is not heard", async () => {
  const node = await createTestNode({
    site: "E01",
    roles: ["station"],
    currency: "CLP",
  });
  const before = node.clock.waiting;
  const station = createStation(node);
  const channel = new SlowChannel();
  const link = station.open(channel);
  await link.line(registration);

  await station.stop();
  await station.stop();

  strictEqual(channel.closed, true);
  strictEqual(node.clock.waiting, before);
  await node.stop();
});
