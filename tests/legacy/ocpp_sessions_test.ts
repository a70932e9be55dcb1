/**
 * OCPP 1.6J, sessions that begin elsewhere than at the charger, prices, and several nodes of one site.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ok, parseSiteCode, type SiteCode, siteSpace } from "../../crdt/mod.ts";
import type { PointId } from "../../nodes/charging/charging_use_cases.ts";
import { tagOfDriver } from "../../nodes/charging/ocpp_tags.ts";
import { setFields } from "../../nodes/forecourt/forecourt_context.ts";
import { CHARGING_SITE, createChargingMesh } from "../support/charging_node.ts";
import {
  OcppSite,
  positive,
  type RawCharger,
  until,
} from "../support/ocpp_site.ts";

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

positive(
  "a driver who never comes frees the point, though its connection was made anew meanwhile",
  async (site) => {
    const charger = await site.booted("SEV-07");
    await reserve(site, charger);
    await charger.close();
    await until(() => site.state("SEV-07") === "DESCONECTADO", "away");
    const again = await site.connect("SEV-07");
    await again.boot();
    strictEqual(site.sessions("SEV-07")[0]?.status, "authorized");
    await until(() => site.state("SEV-07") === "ACTIVADO", "free");
    strictEqual(site.sessions("SEV-07")[0]?.outcome, "cancelled");
  },
  { settings: { startMs: 600 } },
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
