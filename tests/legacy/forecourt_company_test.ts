import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { ProductId, SiteCode } from "../../crdt/mod.ts";
import type {
  StationLink,
  StationPusher,
} from "../../nodes/forecourt/station_pusher.ts";
import { createForecourtCompany } from "../../web/surfaces/forecourt_company.ts";
import { accepted } from "../support/fuel_station.ts";
import { type ServedSurface, serveSurface } from "../support/served_surface.ts";
import { createTestMesh, type TestMesh } from "../support/test_mesh.ts";
import { createTestNode, type TestNode } from "../support/test_node.ts";

type Json = Record<string, unknown>;

interface Company extends TestNode, Omit<ServedSurface, "stop"> {}

/** Runs a test on the surface of a real office, over real HTTP. */
async function withCompany(
  test: (company: Company) => Promise<void>,
  options: {
    readonly pusher?: StationPusher;
    readonly disk?: TestNode["disk"];
  } = {},
): Promise<void> {
  const { pusher, disk } = options;
  const node = await createTestNode({
    roles: ["office"],
    currency: "CLP",
    timezone: "America/Santiago",
    ...(disk === undefined ? {} : { disk }),
  });
  const surface = await serveSurface(createForecourtCompany(node.useCases, {
    clock: node.clock,
    ...(pusher === undefined ? {} : { pusher }),
  }));
  try {
    await test({ ...node, ...surface });
  } finally {
    await surface.stop();
    await node.stop();
  }
}

const PRICES = {
  "precio_93": 1305,
  "precio_95": 1372,
  "precio_97": 1431,
  "precio_diesel": 1098,
};
const STATION = {
  "nombre": "Ruta 68 km 41",
  "ip": "10.7.0.12",
  "precios_actuales": PRICES,
};

Deno.test("the root names its version, and an empty list has no figures (7.2)", () =>
  withCompany(async (company) => {
    const root = await company.get("/");
    deepStrictEqual(
      [root["status"], typeof root["message"], root["version"]],
      ["ok", "string", "2.0"],
    );
    deepStrictEqual(await company.get("/api/estaciones"), []);
    deepStrictEqual(await company.get("/api/estadisticas"), {
      "total_estaciones": 0,
      "activas": 0,
      "inactivas": 0,
      "desconectadas": 0,
    });
    deepStrictEqual(await company.get("/api/estaciones-activas"), {
      "total": 0,
      "estaciones": {},
    });
  }));

Deno.test("POST /api/estaciones enters a station with every key of 7.1, port 5000, and its first prices in the history", () =>
  withCompany(async (company) => {
    const made = await company.ask("POST /api/estaciones", STATION);

    strictEqual(made.status, 201);
    const record = made.json() as Json;
    match(String(record["_id"]), /^[0-9a-f]{24}$/);
    match(
      String(record["fecha_creacion"]),
      /^2026-11-22T12:00:00(\.\d{3}000)?$/,
    );
    const { _id, fecha_creacion: _1, fecha_actualizacion: _2, ...rest } =
      record;
    const history = rest["historico_precios"] as Json[];
    deepStrictEqual(history.map((it) => it["precios"]), [PRICES]);
    deepStrictEqual({ ...rest, "historico_precios": [] }, {
      "id_estacion": 1,
      "nombre": "Ruta 68 km 41",
      "ip": "10.7.0.12",
      "puerto": 5000,
      "estado": "Activa",
      "precios_actuales": PRICES,
      "historico_precios": [],
      "sitio": "EST1",
      "estado_enlace": null,
    });
    deepStrictEqual(await company.get("/api/estaciones/1"), record);
    deepStrictEqual(await company.get("/api/estaciones"), [record]);
    // The same address twice is two stations (decision 33).
    const twin = await company.ask("POST /api/estaciones", STATION);
    deepStrictEqual(
      [twin.status, (twin.json() as Json)["id_estacion"]],
      [201, 2],
    );
  }));

Deno.test("POST /api/estaciones lists all that is wrong, also inside the prices (6.0)", () =>
  withCompany(async (company) => {
    const wrong = await company.ask("POST /api/estaciones", {
      "nombre": "",
      "ip": 7,
      "puerto": 70_000,
      "precios_actuales": {
        "precio_93": 1305.5,
        "precio_95": -1,
        "precio_97": "x",
      },
    });

    strictEqual(wrong.status, 422);
    const { detail } = wrong.json() as { readonly detail: readonly Json[] };
    deepStrictEqual(detail.map(({ type, loc }) => [type, loc]), [
      ["string_too_short", ["body", "nombre"]],
      ["string_type", ["body", "ip"]],
      ["less_than_equal", ["body", "puerto"]],
      ["int_from_float", ["body", "precios_actuales", "precio_93"]],
      ["greater_than_equal", ["body", "precios_actuales", "precio_95"]],
      ["int_parsing", ["body", "precios_actuales", "precio_97"]],
      ["missing", ["body", "precios_actuales", "precio_diesel"]],
    ]);
    const long = await company.ask("POST /api/estaciones", {
      ...STATION,
      "nombre": "Ñ".repeat(201),
      "puerto": 0,
    });
    match(long.text, /string_too_long.*"max_length":200.*greater_than_equal/);
    deepStrictEqual(await company.get("/api/estaciones"), []);
  }));

Deno.test("PUT and DELETE /api/estaciones/{id} change and remove an entry; prices stand aside; states are counted exactly", () =>
  withCompany(async (company) => {
    for (let i = 0; i < 3; i++) {
      await company.ask("POST /api/estaciones", STATION);
    }
    company.clock.advance(1000);

    const changed = await company.ask("PUT /api/estaciones/2", {
      "nombre": "Ruta 5 norte",
      "ip": null,
      "puerto": "5001",
      "estado": "Inactiva",
      "precios_actuales": { "precio_93": 1 },
    });
    strictEqual(changed.status, 200);
    const record = changed.json() as Json;
    deepStrictEqual(
      ["nombre", "ip", "puerto", "estado", "precios_actuales"]
        .map((key) => record[key]),
      ["Ruta 5 norte", "10.7.0.12", 5001, "Inactiva", PRICES],
    );
    ok(record["fecha_actualizacion"] !== record["fecha_creacion"]);
    await company.ask("PUT /api/estaciones/3", { "estado": "desconectada" });
    deepStrictEqual(await company.get("/api/estadisticas"), {
      "total_estaciones": 3,
      "activas": 1,
      "inactivas": 1,
      "desconectadas": 0,
    });
    const removed = await company.ask("DELETE /api/estaciones/1");
    deepStrictEqual([removed.status, removed.text], [204, ""]);
    const nothing = ["GET", "PUT", "DELETE"].map((method) =>
      company.ask(
        `${method} /api/estaciones/1`,
        method === "PUT" ? {} : undefined,
      )
    );
    deepStrictEqual(
      (await Promise.all(nothing)).map(({ status }) => status),
      [404, 404, 404],
    );
    strictEqual((await company.ask("GET /api/estaciones/x")).status, 422);
    strictEqual(
      (await company.ask("GET /api/estaciones/1/historico")).status,
      404,
    );
  }));

Deno.test("a price change that reaches nobody is kept: 200 with exitoso false, history oldest first (7.3, 7.4, V20)", async () => {
  let disk: TestNode["disk"] | undefined;
  const changed = { ...PRICES, "precio_95": 1390 };
  await withCompany(async (company) => {
    disk = company.disk;
    await company.ask("POST /api/estaciones", STATION);
    company.clock.advance(60_000);

    const answer = await company.ask("PUT /api/estaciones/1/precios", {
      "precios": changed,
    });
    strictEqual(answer.status, 200);
    const record = answer.json() as Json;
    deepStrictEqual(record["_envio_tcp"], {
      "exitoso": false,
      "ip": "10.7.0.12",
      "puerto": 5000,
    });
    deepStrictEqual(record["precios_actuales"], changed);
    const partial = await company.ask("PUT /api/estaciones/1/precios", {
      "precios": { "precio_95": 1 },
    });
    strictEqual(partial.status, 422);
    strictEqual(
      (await company.ask("PUT /api/estaciones/9/precios", {
        "precios": changed,
      })).status,
      404,
    );
  });

  await withCompany(async (company) => {
    const history = await company.get<Json[]>("/api/estaciones/1/historico");
    deepStrictEqual(history.map((it) => it["precios"]), [PRICES, changed]);
    const [first, second] = history.map((it) => String(it["timestamp"]));
    ok(first !== undefined && second !== undefined && first < second);
    match(second, /^2026-11-22T12:01:00/);
    const station = await company.get("/api/estaciones/1");
    deepStrictEqual(station["precios_actuales"], changed);
    deepStrictEqual(station["historico_precios"], history);
  }, disk === undefined ? {} : { disk });
});

Deno.test("a price change keeps the currency that the station's prices have", () =>
  withCompany(async ({ ask, useCases: { forecourt } }) => {
    await ask("POST /api/estaciones", STATION);
    const site = "EST1" as SiteCode;
    await accepted(forecourt.setPrices({
      scope: `site:${site}`,
      prices: ["93", "95", "97", "diesel"].map((fuel) => ({
        fuel: fuel as ProductId,
        price: 412,
      })),
      currency: "PEN",
    }));
    await ask("PUT /api/estaciones/1/precios", { "precios": PRICES });
    deepStrictEqual(
      forecourt.prices(site).prices.map(({ fuel, price }) => [fuel, price]),
      [["93", 1305], ["95", 1372], ["97", 1431], ["diesel", 1098]],
    );
    strictEqual(forecourt.prices(site).currency, "PEN");
  }));

Deno.test("an original station is pushed to by its client: exitoso is its word, and links show in their own keys (7.2, 7.4)", async () => {
  const pushed: unknown[] = [];
  const links: StationLink[] = [];
  const pusher: StationPusher = {
    push(entry, prices, timestamp) {
      pushed.push([entry.number, entry.name, prices.length]);
      const delivered = entry.number === 1;
      links.push({
        number: entry.number,
        state: delivered ? "connected" : "refused",
        lastSentAt: timestamp,
      });
      return Promise.resolve({ delivered });
    },
    links: () => links,
  };
  await withCompany(async (company) => {
    await company.ask("POST /api/estaciones", STATION);
    await company.ask("POST /api/estaciones", {
      ...STATION,
      "ip": "10.7.0.13",
      "puerto": 5001,
    });
    for (const [id, delivered] of [[1, true], [2, false]] as const) {
      const answer = await company.ask(`PUT /api/estaciones/${id}/precios`, {
        "precios": PRICES,
      });
      strictEqual(answer.status, 200);
      const sent = (answer.json() as Json)["_envio_tcp"] as Json;
      strictEqual(sent["exitoso"], delivered);
    }

    deepStrictEqual(pushed, [[1, STATION.nombre, 4], [2, STATION.nombre, 4]]);
    const stations = await company.get<Json[]>("/api/estaciones");
    deepStrictEqual(
      stations.map((it) => [it["estado"], it["estado_enlace"]]),
      [["Activa", "conectada"], ["Activa", "desconectada"]],
    );
    const { total, estaciones } = await company.get("/api/estaciones-activas");
    strictEqual(total, 2);
    const active = estaciones as Record<string, Json>;
    deepStrictEqual(
      Object.entries(active).map(([key, it]) => [
        key,
        it["ip"],
        it["puerto"],
        it["estado"],
      ]),
      [
        ["10.7.0.12:5000", "10.7.0.12", 5000, "conectada"],
        ["10.7.0.13:5001", "10.7.0.13", 5001, "desconectada"],
      ],
    );
    match(
      String(active["10.7.0.12:5000"]?.["ultimo_envio"]),
      /^2026-11-22T12:00:00/,
    );
  }, { pusher });
});

/** Runs a test on an office and a station that are peers of one mesh, whose time the test moves. */
async function withMesh(
  test: (
    mesh: TestMesh,
    ask: (line: string, body?: unknown) => Promise<Json>,
  ) => Promise<void>,
): Promise<void> {
  const mesh = createTestMesh({ seed: 41 });
  await mesh.add("office", {});
  await mesh.add("station", { site: "LIM", dials: ["office"] });
  await mesh.run(5_000);
  const surface = await serveSurface(
    createForecourtCompany(mesh.node("office").useCases, { clock: mesh.clock }),
  );
  const ask = async (line: string, body?: unknown) => {
    const answer = await mesh.settle(surface.ask(line, body));
    return answer.json() as Json;
  };
  try {
    await test(mesh, ask);
  } finally {
    await surface.stop();
    await mesh.stop();
  }
}

Deno.test("a station that is a peer has the prices when exitoso is true, and gets them later when it is false (7.4)", () =>
  withMesh(async (mesh, ask) => {
    const site = "LIM" as SiteCode;
    const priceAt95 = () =>
      mesh.node("station").useCases.forecourt.prices(site).prices
        .find(({ fuel }) => fuel === "95")?.price;
    const made = await ask("POST /api/estaciones", {
      ...STATION,
      "sitio": "LIM",
    });
    deepStrictEqual([made["sitio"], made["estado_enlace"]], [
      "LIM",
      "conectada",
    ]);

    const linked = await ask("PUT /api/estaciones/1/precios", {
      "precios": { ...PRICES, "precio_95": 1390 },
    });
    strictEqual((linked["_envio_tcp"] as Json)["exitoso"], true);
    strictEqual(priceAt95(), 1390);
    const active = await ask("GET /api/estaciones-activas");
    strictEqual(active["total"], 1);

    const [office, station] = [...mesh.peers.values()].map(({ peer }) => peer);
    if (office === undefined || station === undefined) throw new Error("peers");
    mesh.network.partition([office], [station]);
    const before = mesh.clock.monotonic();
    const apart = await ask("PUT /api/estaciones/1/precios", {
      "precios": { ...PRICES, "precio_95": 1400 },
    });
    strictEqual((apart["_envio_tcp"] as Json)["exitoso"], false);
    ok(mesh.clock.monotonic() - before >= 5_000);
    strictEqual(priceAt95(), 1390);
    mesh.network.heal();
    await mesh.run(60_000);
    strictEqual(priceAt95(), 1400);
    // What the station itself sets shows in the office's history, too.
    await mesh.settle(accepted(
      mesh.node("station").useCases.forecourt.setPrices({
        scope: "site:LIM",
        prices: [{ fuel: "97" as never, price: 1500 }],
      }),
    ));
    await mesh.run(5_000);
    const history = await ask(
      "GET /api/estaciones/1/historico",
    ) as unknown as Json[];
    deepStrictEqual(
      history.map((it) => {
        const map = it["precios"] as Json;
        return [map["precio_95"], map["precio_97"]];
      }),
      [[1372, 1431], [1390, 1431], [1400, 1431], [1400, 1500]],
    );
  }));

Deno.test("a station beyond another peer has the prices when a pump of it took them (7.4)", async () => {
  const mesh = createTestMesh({ seed: 42 });
  await mesh.add("station", { site: "LIM" });
  await mesh.add("between", { site: "CUS", dials: ["station"] });
  await mesh.add("office", { dials: ["between"] });
  await mesh.run(5_000);
  const site = "LIM" as SiteCode;
  const [office, station] = ["office", "station"].map((name) => {
    const peer = mesh.peers.get(name)?.peer;
    if (peer === undefined) throw new Error(name);
    return peer;
  });
  if (office === undefined || station === undefined) throw new Error("peers");
  // The two can only hear of each other.
  mesh.network.partition([office], [station]);
  await mesh.run(60_000);
  const { forecourt } = mesh.node("station").useCases;
  await mesh.settle(accepted(forecourt.addPump({ pump: 1, name: "Isla 1" })));
  forecourt.watch((event) => {
    const { set, prices } = forecourt.prices(site);
    if (event.kind !== "prices" || set === null) return;
    forecourt.pricesTaken({
      pumps: [1],
      set,
      prices: prices.map(({ fuel, price }) => ({ fuel, price })),
    });
  });
  const surface = await serveSurface(
    createForecourtCompany(mesh.node("office").useCases, { clock: mesh.clock }),
  );
  const change = async (price: number) => {
    const answer = await mesh.settle(
      surface.ask("PUT /api/estaciones/1/precios", {
        "precios": { ...PRICES, "precio_95": price },
      }),
    );
    return ((answer.json() as Json)["_envio_tcp"] as Json)["exitoso"];
  };
  await mesh.settle(surface.ask("POST /api/estaciones", {
    ...STATION,
    "sitio": "LIM",
  }));
  strictEqual(await change(1390), true);
  const between = mesh.peers.get("between")?.peer;
  if (between === undefined) throw new Error("peers");
  mesh.network.partition([between], [station]);
  strictEqual(await change(1400), false);
  await surface.stop();
  await mesh.stop();
});
