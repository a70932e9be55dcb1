import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parseForecourtTime } from "../../net/legacy/forecourt_time.ts";
import { createForecourtStation } from "../../web/surfaces/forecourt_station.ts";
import {
  accepted,
  createFuelStation,
  linkPump,
  setStationPrices,
  STATION_SITE,
  STATION_TIMEZONE,
  tellSale,
  unlinkPump,
} from "../support/fuel_station.ts";
import { type ServedSurface, serveSurface } from "../support/served_surface.ts";
import type { TestNode, TestNodeOptions } from "../support/test_node.ts";

interface Station extends TestNode, Omit<ServedSurface, "stop"> {}

type Json = Record<string, unknown>;

/** Runs a test on the surface of a real station, over real HTTP. */
async function withStation(
  test: (station: Station) => Promise<void>,
  options: TestNodeOptions = {},
): Promise<void> {
  const node = await createFuelStation(options);
  const surface = await serveSurface(
    createForecourtStation(node.useCases, { parseTime: parseForecourtTime }),
  );
  try {
    await test({ ...node, ...surface });
  } finally {
    await surface.stop();
    await node.stop();
  }
}

/** An instant of the station's wall clock. */
function at(text: string): number {
  const read = parseForecourtTime(text, STATION_TIMEZONE);
  if (read === undefined) throw new Error(text);
  return read;
}

const PUMP = { "nombre": "Isla 3 poniente" };

Deno.test("createForecourtStation() answers the root, state and prices with the keys of 6.1 and section 10", () =>
  withStation(async (station) => {
    await setStationPrices(station, [1305, 1372, 1431, 1098]);
    await accepted(
      station.useCases.forecourt.nameStation({ name: "O'Higgins km 41" }),
    );
    await tellSale(station);

    const root = await station.get("/");
    deepStrictEqual(Object.keys(root), ["status", "message"]);
    strictEqual(root["status"], "ok");
    deepStrictEqual(await station.get("/estado"), {
      "nombre": "O'Higgins km 41",
      "precios": {
        "precio_93": 1305,
        "precio_95": 1372,
        "precio_97": 1431,
        "precio_diesel": 1098,
      },
      "total_transacciones": 1,
      "ingresos_totales": 11_320,
      "estado": "activa",
    });
    deepStrictEqual(await station.get("/precios"), {
      "precio_93": 1305,
      "precio_95": 1372,
      "precio_97": 1431,
      "precio_diesel": 1098,
    });
  }));

Deno.test("createForecourtStation() shows the built-in prices until any are set", () =>
  withStation(async (station) => {
    deepStrictEqual(await station.get("/precios"), {
      "precio_93": 1290,
      "precio_95": 1350,
      "precio_97": 1400,
      "precio_diesel": 1120,
    });
  }));

Deno.test("POST /api/surtidores makes a pump with a full record (11.2, decisions 29 and 30), its defaults included", () =>
  withStation(async (station) => {
    const made = await station.ask("POST /api/surtidores", PUMP);

    strictEqual(made.status, 201);
    const record = made.json() as Json;
    match(String(record["_id"]), /^[0-9a-f]{24}$/);
    match(String(record["fecha_creacion"]), /^2026-11-22T12:00:00(\.\d{6})?$/);
    const { _id, fecha_creacion: created, fecha_actualizacion: _, ...rest } =
      record;
    deepStrictEqual(rest, {
      "id_surtidor": 1,
      "nombre": "Isla 3 poniente",
      "estado": "disponible",
      "estado_conexion": "desconectado",
      "combustibles_soportados": ["93", "95", "97", "diesel"],
      "combustible_actual": "95",
      "capacidad_maxima": 100,
      "ultima_conexion": null,
      "total_transacciones": 0,
      "litros_totales": 0,
      "ingresos_totales": 0,
      "estado_operacion": "disponible",
      "estado_conexion_detalle": "desconectado",
      "ip": "",
      "puerto": 8000,
      "configuracion": {
        "capacidad_maxima_litros": 100,
        "velocidad_despacho": 1,
      },
      "estadisticas": {
        "total_transacciones": 0,
        "litros_totales": 0,
        "ingresos_totales": 0,
      },
    });
    match(made.text, /"capacidad_maxima":100\.0,/);
    match(made.text, /"nombre":"Isla 3 poniente"/);
    ok(created);
    const second = await station.ask("POST /api/surtidores", {
      "nombre": "Isla Ñ",
    });
    strictEqual((second.json() as Json)["id_surtidor"], 2);
    match(second.text, /"nombre":"Isla Ñ"/);
    deepStrictEqual(
      (await station.get<Json[]>("/api/surtidores")).map((it) =>
        it["id_surtidor"]
      ),
      [1, 2],
    );
  }));

Deno.test("POST /api/surtidores refuses a taken name with 400 and what is malformed with 422, all problems at once", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);

    const taken = await station.ask("POST /api/surtidores", PUMP);
    strictEqual(taken.status, 400);
    match(taken.text, /^\{"detail":"[^"]+"\}$/);
    const wrong = await station.ask("POST /api/surtidores", {
      "nombre": "ab",
      "combustibles_soportados": ["93", 95],
      "combustible_actual": null,
      "capacidad_maxima": -1,
    });
    strictEqual(wrong.status, 422);
    deepStrictEqual(wrong.json(), {
      "detail": [
        {
          "type": "string_too_short",
          "loc": ["body", "nombre"],
          "msg": "String should have at least 3 characters",
          "input": "ab",
          "ctx": { "min_length": 3 },
        },
        {
          "type": "string_type",
          "loc": ["body", "combustibles_soportados", 1],
          "msg": "Input should be a valid string",
          "input": 95,
        },
        {
          "type": "string_type",
          "loc": ["body", "combustible_actual"],
          "msg": "Input should be a valid string",
          "input": null,
        },
        {
          "type": "greater_than_equal",
          "loc": ["body", "capacidad_maxima"],
          "msg": "Input should be greater than or equal to 0",
          "input": -1,
          "ctx": { "ge": 0 },
        },
      ],
    });
    match(wrong.text, /"ctx":\{"ge":0\.0\}/);
    const list = await station.ask("POST /api/surtidores", {
      ...PUMP,
      "combustibles_soportados": "93",
    });
    match(list.text, /"type":"list_type"/);
    const empty = await station.ask("POST /api/surtidores", {});
    match(empty.text, /"type":"missing","loc":\["body","nombre"\]/);
    const broken = await station.ask("POST /api/surtidores", "{oops");
    match(broken.text, /"type":"json_invalid"/);
    const none = await station.ask("POST /api/surtidores", [PUMP]);
    match(none.text, /"type":"model_attributes_type"/);
  }));

Deno.test("PUT /api/surtidores/{id} changes what is given, leaves null alone, and refuses another pump's name", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    await station.ask("POST /api/surtidores", { "nombre": "Isla 4" });
    const before = await station.get("/api/surtidores/1");

    const same = await station.ask("PUT /api/surtidores/1", {
      "nombre": null,
      "extra": 1,
    });
    deepStrictEqual([same.status, same.json()], [200, before]);
    station.clock.advance(1000);
    const changed = await station.ask("PUT /api/surtidores/1", {
      "nombre": "Isla 9",
      "combustible_actual": "kerosene",
      "capacidad_maxima": "80.5",
      "estado": "mantenimiento",
    });
    strictEqual(changed.status, 200);
    const record = changed.json() as Json;
    deepStrictEqual(
      ["nombre", "combustible_actual", "capacidad_maxima", "estado"]
        .map((key) => record[key]),
      ["Isla 9", "kerosene", 80.5, "mantenimiento"],
    );
    strictEqual(record["fecha_creacion"], before["fecha_creacion"]);
    ok(record["fecha_actualizacion"] !== before["fecha_actualizacion"]);
    strictEqual(
      (await station.ask("PUT /api/surtidores/1", { "nombre": "Isla 4" }))
        .status,
      400,
    );
    strictEqual((await station.ask("PUT /api/surtidores/7", {})).status, 404);
    strictEqual((await station.ask("PUT /api/surtidores/x", {})).status, 422);
  }));

Deno.test("DELETE /api/surtidores/{id} is 400 while the pump is connected and 204 after it left (V18, decision 31)", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    await tellSale(station, { pump: "1" });
    linkPump(station, 1);

    const connected = await station.ask("DELETE /api/surtidores/1");
    strictEqual(connected.status, 400);
    unlinkPump(station, 1);
    const removed = await station.ask("DELETE /api/surtidores/1");
    deepStrictEqual([removed.status, removed.text], [204, ""]);
    strictEqual((await station.ask("DELETE /api/surtidores/1")).status, 404);
    strictEqual((await station.get<Json[]>("/transacciones")).length, 1);
  }));

Deno.test("GET /api/surtidores/estadisticas sends every spelling of the figures (V17, decision 29)", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    await station.ask("POST /api/surtidores", { "nombre": "Isla 4" });
    await station.ask("PUT /api/surtidores/2", { "estado": "fuera_servicio" });
    linkPump(station, 1);
    station.useCases.forecourt.live.update(STATION_SITE, 1, {
      operation: "dispensing",
    });
    await tellSale(station, { pump: "1", volumeMl: 7250, amount: 10_000 });
    await tellSale(station, { pump: "2", volumeMl: 1000, amount: 1415 });
    await tellSale(station, { pump: "1", source: "entered" });

    deepStrictEqual(await station.get("/api/surtidores/estadisticas"), {
      "total_surtidores": 2,
      "conectados": 1,
      // The administrative value counts, though pump 1 dispenses (decision 22).
      "disponibles": 1,
      "total_transacciones": 2,
      "total_litros": 8.25,
      "total_ingresos": 11_415,
      "cantidad_tcp_conectados": 1,
      "litros_totales": 8.25,
      "ingresos_totales": 11_415,
    });
    const state = await station.get("/estado");
    strictEqual(state["total_transacciones"], 3);
  }));

Deno.test("the connected list is served under both paths (decision 26), with the two-valued connection (decision 21)", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    await station.ask("POST /api/surtidores", { "nombre": "Isla 4" });
    await station.ask("POST /api/surtidores", { "nombre": "Isla 5" });
    linkPump(station, 2);
    linkPump(station, 3);
    const { live } = station.useCases.forecourt;
    live.update(STATION_SITE, 1, { connection: "error" });
    live.update(STATION_SITE, 3, { connection: "timeout" });

    const all = await station.get<Json[]>("/api/surtidores");
    deepStrictEqual(
      all.map((it) => [it["estado_conexion"], it["estado_conexion_detalle"]]),
      [
        ["desconectado", "error"],
        ["conectado", "conectado"],
        ["conectado", "timeout"],
      ],
    );
    deepStrictEqual(all[1]?.["ip"], "192.168.7.31");
    for (const path of ["conectados", "estado/conectados"]) {
      const connected = await station.get<Json[]>(`/api/surtidores/${path}`);
      deepStrictEqual(connected.map((it) => it["id_surtidor"]), [2, 3]);
    }
  }));

Deno.test("GET /api/surtidores/{id}/estado shows the live state (6.2, 11.3, decisions 20, 22 and 27)", () =>
  withStation(async (station) => {
    await setStationPrices(station, [1305, 1372, 1431, 1098]);
    await station.ask("POST /api/surtidores", PUMP);
    deepStrictEqual(await station.get("/api/surtidores/1/estado"), {
      "id_surtidor": 1,
      "estado_conexion": "desconectado",
      "estado_conexion_detalle": "desconectado",
      "estado_operacion": "disponible",
      "litros_actuales": 0,
      "monto_actual": 0,
      "tipo_combustible": "95",
      "precio_por_litro": 1372,
      "cliente_id": null,
      "timestamp": "2026-11-22T12:00:00",
    });
    linkPump(station, 1);
    station.useCases.forecourt.live.update(STATION_SITE, 1, {
      operation: "dispensing",
      volumeMl: 7000,
      amount: 9905,
      fuel: "97",
      at: Date.UTC(2026, 10, 22, 15, 0, 2, 481),
    });

    deepStrictEqual(await station.get("/api/surtidores/1/estado"), {
      "id_surtidor": 1,
      "estado_conexion": "conectado",
      "estado_conexion_detalle": "conectado",
      "estado_operacion": "despachando",
      "litros_actuales": 7,
      "monto_actual": 9905,
      "tipo_combustible": "97",
      "precio_por_litro": 1431,
      "cliente_id": null,
      "timestamp": "2026-11-22T12:00:02.481000",
    });
    const record = await station.get("/api/surtidores/1");
    deepStrictEqual(
      [record["estado"], record["estado_operacion"]],
      ["despachando", "despachando"],
    );
    await station.ask("PUT /api/surtidores/1", { "estado": "mantenimiento" });
    const serviced = await station.get("/api/surtidores/1");
    strictEqual(serviced["estado"], "mantenimiento");
    strictEqual(
      (await station.ask("GET /api/surtidores/9/estado")).status,
      404,
    );
  }));

Deno.test("POST /transacciones records a sale that a person enters: 201, with every key of 14.1 and decision 23", () =>
  withStation(async (station) => {
    const entered = await station.ask("POST /transacciones", {
      "surtidor_id": "4",
      "tipo_combustible": "95",
      "litros": "7.5",
      "precio_por_litro": 1350.0,
      "monto_total": "10125",
    });

    strictEqual(entered.status, 201);
    const sale = entered.json() as Json;
    match(String(sale["_id"]), /^[0-9a-f]{24}$/);
    const { _id: id, ...rest } = sale;
    deepStrictEqual(rest, {
      "surtidor_id": "4",
      "id_surtidor": 4,
      "nombre_surtidor": "Surtidor 4",
      "tipo_combustible": "95",
      "litros": 7.5,
      "precio_por_litro": 1350,
      "monto_total": 10_125,
      "metodo_pago": "efectivo",
      "fecha": "2026-11-22T12:00:00",
      "fecha_inicio": null,
      "fecha_fin": "2026-11-22T12:00:00",
      "estado": "completada",
      "fecha_estimada": false,
      "monto_discrepante": false,
    });
    // Both spellings (decision 25).
    for (const path of ["/transacciones", "/api/transacciones"]) {
      deepStrictEqual(await station.get(`${path}/${id}`), sale);
      deepStrictEqual(await station.get(path), [sale]);
    }
  }));

Deno.test("POST /transacciones refuses a sale of zero litres (decision 44), a numeric pump and fractions with 422", () =>
  withStation(async (station) => {
    const wrong = await station.ask("POST /transacciones", {
      "surtidor_id": 4,
      "litros": 0,
      "precio_por_litro": 1350.5,
      "monto_total": 0,
    });

    strictEqual(wrong.status, 422);
    const { detail } = wrong.json() as { readonly detail: readonly Json[] };
    deepStrictEqual(detail.map(({ type, loc }) => [type, loc]), [
      ["string_type", ["body", "surtidor_id"]],
      ["missing", ["body", "tipo_combustible"]],
      ["greater_than", ["body", "litros"]],
      ["int_from_float", ["body", "precio_por_litro"]],
      ["greater_than", ["body", "monto_total"]],
    ]);
    match(wrong.text, /"ctx":\{"gt":0\.0\}.*"ctx":\{"gt":0\}/);
    deepStrictEqual(await station.get("/transacciones"), []);
  }));

Deno.test("a sale of a pump shows start, end and details (14.1), what was repaired (decision 43), and its state (decision 24)", () =>
  withStation(async (station) => {
    await tellSale(station, {
      startedAt: at("2026-11-22T09:14:07.118"),
      at: at("2026-11-22T09:14:24.902113"),
      state: "cancelled",
      amount: 11_000,
    });

    const [sale = {}] = await station.get<Json[]>("/transacciones");
    strictEqual(sale["fecha"], "2026-11-22T09:14:24.902000");
    strictEqual(sale["fecha_inicio"], "2026-11-22T09:14:07.118000");
    strictEqual(sale["fecha_fin"], "2026-11-22T09:14:24.902000");
    strictEqual(sale["estado"], "cancelada");
    strictEqual(sale["monto_discrepante"], true);
    const details = sale["detalles"] as Json;
    strictEqual(details["duracion_segundos"], 18);
    strictEqual(
      Number(details["velocidad_promedio"]).toFixed(4),
      (8 / 17.784113).toFixed(4),
    );
  }));

Deno.test("lists of sales are newest first, hold 100 of all and 50 of a pump, and take limit, skip and filters (decision 32)", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    for (let i = 0; i < 103; i++) {
      station.clock.advance(1000);
      await tellSale(station, {
        pump: i % 2 === 0 ? "1" : "2",
        fuel: i % 4 === 0 ? "95" : "97",
        payment: `${i}`,
      });
    }
    const list = async (path: string) =>
      (await station.get<Json[]>(path)).map((it) => Number(it["metodo_pago"]));

    const all = await list("/transacciones");
    deepStrictEqual([all.length, all[0], all.at(-1)], [100, 102, 3]);
    const own = await list("/api/surtidores/1/transacciones");
    deepStrictEqual([own.length, own[0], own.at(-1)], [50, 102, 4]);
    deepStrictEqual(await list("/transacciones?limit=2&skip=1"), [101, 100]);
    deepStrictEqual(await list("/transacciones?limit=0"), []);
    deepStrictEqual(await list("/transacciones?skip=20000000"), []);
    deepStrictEqual((await list("/transacciones?limit=5000")).length, 103);
    deepStrictEqual(
      await list("/transacciones?limit=2&surtidor_id=2"),
      [101, 99],
    );
    deepStrictEqual(
      await list("/transacciones?limit=2&tipo_combustible=95&surtidor_id=1"),
      [100, 96],
    );
    deepStrictEqual(
      await list("/api/surtidores/1/transacciones?limit=1&skip=1"),
      [100],
    );
    strictEqual(
      (await station.ask("GET /api/surtidores/77/transacciones")).status,
      404,
    );
  }));

Deno.test("a list of more sales than a page of the node comes whole and in order", () =>
  withStation(async (station) => {
    for (let i = 0; i < 1001; i++) {
      station.clock.advance(10);
      await tellSale(station, { payment: `${i}` });
    }

    const all = await station.get<Json[]>("/transacciones?limit=100000&skip=1");

    deepStrictEqual(
      all.map((it) => Number(it["metodo_pago"])),
      Array.from({ length: 1000 }, (_, i) => 999 - i),
    );
  }));

Deno.test("limit and skip below zero, and what is no number, are 422 with their place in the query (6.3)", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    for (const path of ["/transacciones", "/api/surtidores/1/transacciones"]) {
      const wrong = await station.ask(`GET ${path}?limit=-1&skip=x`);
      strictEqual(wrong.status, 422);
      deepStrictEqual(wrong.json(), {
        "detail": [
          {
            "type": "greater_than_equal",
            "loc": ["query", "limit"],
            "msg": "Input should be greater than or equal to 0",
            "input": "-1",
            "ctx": { "ge": 0 },
          },
          {
            "type": "int_parsing",
            "loc": ["query", "skip"],
            "msg":
              "Input should be a valid integer, unable to parse string as an integer",
            "input": "x",
          },
        ],
      });
    }
  }));

Deno.test("date filters are inclusive on what fecha shows, in any form of 2.4 (6.2, decision 28)", () =>
  withStation(async (station) => {
    await station.ask("POST /api/surtidores", PUMP);
    const ends = [
      "2026-11-20T23:59:59.999",
      "2026-11-21T00:00:00",
      "2026-11-21T10:00:00.500900",
      "2026-11-22T00:00:00",
    ];
    for (const [i, end] of ends.entries()) {
      await tellSale(station, { pump: "1", payment: `${i}`, at: at(end) });
    }
    const found = async (query: string) =>
      (await station.get<Json[]>(`/api/surtidores/1/transacciones?${query}`))
        .map((it) => Number(it["metodo_pago"]));

    deepStrictEqual(
      await found("fecha_inicio=2026-11-21&fecha_fin=2026-11-21"),
      [2, 1],
    );
    deepStrictEqual(await found("fecha_fin=2026-11-21T00:00:00"), [1, 0]);
    deepStrictEqual(
      await found(
        "fecha_inicio=2026-11-21T10:00:00.500&fecha_fin=2026-11-21T10:00:00.500000",
      ),
      [2],
    );
    deepStrictEqual(
      await found("fecha_inicio=2026-11-21T13:00:00.5Z"),
      [3, 2],
    );
    deepStrictEqual(
      await found("fecha_inicio=2026-11-21T15:00:00.5%2B02:00"),
      [3, 2],
    );
    const wrong = await station.ask(
      "GET /api/surtidores/1/transacciones?fecha_inicio=ayer",
    );
    strictEqual(wrong.status, 422);
    match(wrong.text, /"loc":\["query","fecha_inicio"\]/);
  }));

Deno.test("an id that is no sale's is 404, also one that the original breaks on (6.3)", () =>
  withStation(async (station) => {
    for (const id of ["0123456789abcdef01234567", "x", "%27"]) {
      const { status, text } = await station.ask(`GET /transacciones/${id}`);
      strictEqual(status, 404);
      match(text, /^\{"detail":"/);
    }
  }));

Deno.test("a sale with values that break the original's lists is stored, and the lists stay 200 (V10, 14.3)", () =>
  withStation(async (station) => {
    await tellSale(station, {
      volumeMl: 0,
      amount: 0,
      timeEstimated: true,
      raw: '{"litros":null}',
      key: "poison",
    });

    const [sale = {}] = await station.get<Json[]>("/transacciones");
    deepStrictEqual(
      [sale["litros"], sale["monto_total"], sale["fecha_estimada"]],
      [0, 0, true],
    );
    strictEqual("detalles" in sale, false);
  }));

Deno.test("what is no route, another method, HEAD and a slash too many are answered as 6.0 says", () =>
  withStation(async (station) => {
    const nowhere = await station.ask("GET /api/nada");
    deepStrictEqual(
      [nowhere.status, nowhere.text],
      [404, '{"detail":"Not Found"}'],
    );
    const method = await station.ask("DELETE /estado");
    deepStrictEqual(
      [method.status, method.text, method.headers.get("allow")],
      [405, '{"detail":"Method Not Allowed"}', "GET"],
    );
    strictEqual((await station.ask("HEAD /estado")).status, 405);
    const inside = await station.ask("PATCH /api/surtidores/1/estado");
    strictEqual(inside.status, 405);
    const slash = await station.ask("GET /api/surtidores/?limit=1");
    deepStrictEqual(
      [slash.status, slash.headers.get("location")],
      [307, `${station.url}/api/surtidores?limit=1`],
    );
    const text = await station.ask("GET /api/surtidores/uno");
    deepStrictEqual(text.json(), {
      "detail": [{
        "type": "int_parsing",
        "loc": ["path", "id_surtidor"],
        "msg":
          "Input should be a valid integer, unable to parse string as an integer",
        "input": "uno",
      }],
    });
  }));

Deno.test("pages of the two original origins and of this machine may use it, others may not (6.0, 6.3)", () =>
  withStation(async (station) => {
    const preflight = (origin: string, method = "PUT") =>
      station.ask("OPTIONS /api/surtidores/1", undefined, {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": "content-type",
      });
    for (const origin of ["http://localhost:3001", "http://127.0.0.1:5173"]) {
      const answer = await preflight(origin);
      deepStrictEqual([answer.status, answer.text], [200, "OK"]);
      const { headers } = answer;
      strictEqual(headers.get("access-control-allow-origin"), origin);
      strictEqual(headers.get("access-control-allow-credentials"), "true");
      strictEqual(headers.get("access-control-max-age"), "600");
      strictEqual(headers.get("access-control-allow-headers"), "content-type");
      strictEqual(
        headers.get("access-control-allow-methods"),
        "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
      );
      const read = await station.ask("GET /precios", undefined, { origin });
      strictEqual(read.headers.get("access-control-allow-origin"), origin);
    }
    const foreign = await preflight("https://example.org");
    deepStrictEqual(
      [foreign.status, foreign.headers.get("access-control-allow-origin")],
      [400, null],
    );
    strictEqual(
      (await preflight("http://localhost:3000", "TRACE")).status,
      400,
    );
    const read = await station.ask("GET /precios", undefined, {
      origin: "https://example.org",
    });
    deepStrictEqual(
      [read.status, read.headers.get("access-control-allow-origin")],
      [200, null],
    );
  }));

Deno.test("a restart leaves prices, pumps and sales as they were, and pumps unconnected (V20)", async () => {
  let before: unknown;
  let disk: TestNode["disk"] | undefined;
  const read = async (station: Station) => ({
    prices: await station.get("/precios"),
    state: await station.get("/estado"),
    sales: await station.get("/transacciones"),
    pumps: await station.get("/api/surtidores"),
  });
  await withStation(async (station) => {
    disk = station.disk;
    await setStationPrices(station, [1305, 1372, 1431, 1098]);
    await station.ask("POST /api/surtidores", PUMP);
    await tellSale(station, { pump: "1" });
    before = await read(station);
    linkPump(station, 1);
  });

  await withStation(async (station) => {
    deepStrictEqual(await read(station), before);
    const [pump = {}] = await station.get<Json[]>("/api/surtidores");
    strictEqual(pump["estado_conexion"], "desconectado");
  }, disk === undefined ? {} : { disk });
});
