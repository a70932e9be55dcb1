/**
 * What the protocol page decides and no single surface shows, and the list of all that it decides, each with a test.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { ProductId, SiteCode } from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import { resolveSurfaces } from "../../nodes/surfaces.ts";
import { createSimulatedMesh, running } from "../support/simulated_mesh.ts";
import { priceMapOf, TestStation } from "../support/test_station.ts";

const FOLDERS = ["legacy", "nodes", "net", "web"].map((name) =>
  fileURLToPath(new URL(`../${name}/`, import.meta.url))
);
const DECISIONS = 52;
const VECTORS = 20;
const RULES = 12;
/** Requirements of the page that are numbered by section. */
const SECTIONS = [
  ...["3.8", "4.6", "6.3", "7.4", "8.2", "9.6", "14.3", "14.4", "14.5"],
  ...["16.1", "16.2", "5 [P]"],
];

/** The text of every test. */
async function testTexts(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) texts.push(...await testTexts(path));
    else if (name.endsWith("_test.ts")) {
      texts.push(await Deno.readTextFile(path));
    }
  }
  return texts;
}

/** Numbers that are named after a word, alone or in a list: `decisions 38 and 39`, `V7`, `R4 R5`. */
function numbersAfter(text: string, pattern: RegExp): Set<number> {
  const found = new Set<number>();
  for (const [match] of text.matchAll(pattern)) {
    for (const [digits] of match.matchAll(/\d+/g)) found.add(Number(digits));
  }
  return found;
}

function missing(found: ReadonlySet<number>, count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
    .filter((number) => !found.has(number));
}

Deno.test("every decision, vector and rule of the page is named by a test", async () => {
  const text = (await Promise.all(FOLDERS.map(testTexts))).flat().join("\n");
  deepStrictEqual(
    missing(
      numbersAfter(text, /\bdecisions? \d+(?:(?:, | and )\d+)*/g),
      DECISIONS,
    ),
    [],
  );
  deepStrictEqual(missing(numbersAfter(text, /\bV\d+\b/g), VECTORS), []);
  deepStrictEqual(missing(numbersAfter(text, /\bR\d+\b/g), RULES), []);
  for (const section of SECTIONS) ok(text.includes(section), section);
});

Deno.test("decision 9: nothing is inferred from how fast a pump delivers", async () => {
  await using station = await TestStation.start();
  const pump = await station.registered(31);
  await station.setPrices({ "97": 1415 });
  await pump.line();

  await pump.send({
    "tipo": "transaccion_completada",
    "id_surtidor": 31,
    "tipo_combustible": "97",
    "litros": 900.0,
    "precio_por_litro": 1415,
    "monto_total": 1_273_500,
    "fecha_inicio": "2026-11-22T09:14:24.902",
    "fecha_fin": "2026-11-22T09:14:25.002",
  });
  await pump.send({ "tipo": "heartbeat", "id_surtidor": 31 });
  await station.registered(32);

  const [sale] = station.forecourt.fuelSales({ limit: 10 }).items;
  strictEqual(sale?.volumeMl, 900_000);
  deepStrictEqual(station.incidents("fuel_mismatch"), []);
});

Deno.test("R2: a change of one price goes to pumps as a complete map", async () => {
  await using station = await TestStation.start();
  await station.setPrices({
    "93": 1290,
    "95": 1350,
    "97": 1400,
    "diesel": 1120,
  });
  const pump = await station.registered(31);

  await station.setPrices({ "97": 1415 });

  const { "precios": prices } = await pump.line() ?? {};
  deepStrictEqual(prices, priceMapOf({ "97": 1415 }));
});

Deno.test("R11: changes made apart give one map everywhere, and both stay in the history", async () => {
  const site = "CUS" as SiteCode;
  const mesh = createSimulatedMesh({ seed: 3 });
  const [one, two] = [mesh.add("one", "CUS"), mesh.add("two", "CUS")];
  for (const peer of [one, two]) ok(await mesh.start(peer, []));
  const forecourt = (
    peer: typeof one,
  ): NodeWithParts["useCases"]["forecourt"] => running(peer).useCases.forecourt;
  for (const [peer, price] of [[one, 1300], [two, 1310]] as const) {
    const set = await mesh.settle(
      forecourt(peer).setPrices({
        scope: `site:${site}`,
        prices: ["93", "95"].map((fuel) => ({
          fuel: fuel as ProductId,
          price,
        })),
      }),
    );
    ok(set.ok);
  }
  await mesh.stopPeer(two);
  ok(await mesh.start(two, [one]));
  await mesh.run(5000);

  const [here, there] = [one, two].map((peer) => ({
    prices: forecourt(peer).prices(site),
    history: forecourt(peer).priceSets({ scope: `site:${site}`, limit: 9 })
      .items,
  }));
  deepStrictEqual(here, there);
  strictEqual(here?.history.length, 2);
  strictEqual(new Set(here?.prices.prices.map(({ price }) => price)).size, 1);
});

Deno.test("decision 52: nothing listens beyond loopback unless it is told to", () => {
  for (const role of ["station", "pump", "office"] as const) {
    for (
      const listeners of Object.values(
        resolveSurfaces({ roles: [role], pump: 1 }, []),
      )
    ) {
      for (const { hostname } of listeners) strictEqual(hostname, "127.0.0.1");
    }
  }
});
