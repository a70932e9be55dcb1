/** What no client of the original REST programs sends: every answer is one of the protocol's, and the node goes on. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseForecourtTime } from "../../net/legacy/forecourt_time.ts";
import type { WebApp } from "../../web/app.ts";
import { createForecourtCompany } from "../../web/surfaces/forecourt_company.ts";
import { createForecourtPump } from "../../web/surfaces/forecourt_pump.ts";
import { createForecourtStation } from "../../web/surfaces/forecourt_station.ts";
import { createFuelStation } from "../support/fuel_station.ts";
import { createTestNode } from "../support/test_node.ts";
import { createTestPump } from "../support/test_pump.ts";

/** Every status that the page knows, and those of Panal's own bounds (403, 413). */
const STATUSES = new Set([
  ...[200, 201, 204, 307],
  ...[400, 403, 404, 405, 413, 422],
]);

/** JSON texts that are wrong, or at the edge, for some field. */
const VALUES: readonly string[] = [
  ...["null", "true", "{}", "[]", '""', '"x"', '"12"', '" +1_0.0 "'],
  ...["0", "-0", "-1", "1.5", "1e308", "1e400", "NaN", "-Infinity"],
  ...["9007199254740991", "9007199254740993", "1e15", "0.0000001"],
  ...['"a\\u0000bc"', '"\\ud800abc"', '"\\u202e\\ufeff"'],
  ...[
    JSON.stringify("x".repeat(500)),
    JSON.stringify("x".repeat(501)),
    JSON.stringify("⛽".repeat(251)),
    JSON.stringify(Array.from({ length: 17 }, (_, i) => `${i}`)),
    '["93",null]',
    '["a\\u0000"]',
    '{"precio_93":1,"precio_95":-1,"precio_97":"x","precio_diesel":1e12}',
  ],
];

const PRICES =
  '{"precio_93":1,"precio_95":2,"precio_97":3,"precio_diesel":"4"}';

/** Bodies that are taken, by route, each key as JSON text. */
const BODIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "POST /api/surtidores": {
    "nombre": '"Isla 3"',
    "combustibles_soportados": '["93"]',
    "combustible_actual": '"93"',
    "capacidad_maxima": "100.0",
  },
  "PUT /api/surtidores/1": {
    "nombre": '"Isla 3"',
    "combustible_actual": '"93"',
    "capacidad_maxima": "100.0",
    "estado": '"disponible"',
  },
  "POST /transacciones": {
    "surtidor_id": '"1"',
    "tipo_combustible": '"95"',
    "litros": "7.5",
    "precio_por_litro": "1350",
    "monto_total": "10125",
    "metodo_pago": '"efectivo"',
  },
  "POST /api/estaciones": {
    "nombre": '"Ruta 68"',
    "ip": '"10.0.0.1"',
    "puerto": "5000",
    "precios_actuales": PRICES,
    "sitio": '"LIM"',
  },
  "PUT /api/estaciones/1": {
    "nombre": '"Ruta 68"',
    "ip": '"10.0.0.1"',
    "puerto": "5000",
    "estado": '"Activa"',
  },
  "PUT /api/estaciones/1/precios": { "precios": PRICES },
};

/** Texts in an address. */
const TEXTS: readonly string[] = [
  ...["", "0", "1", "-1", "1.0", "9007199254740993", "1e3", "x", "'"],
  ...["a\u0000b", "\u202e", "ñ", "/", "%", "..", "2025-02-30", "x".repeat(600)],
];

const ADDRESSES: readonly string[] = [
  "GET /transacciones/{}",
  "GET /api/surtidores/{}",
  "GET /api/surtidores/{}/estado",
  "GET /api/surtidores/{}/transacciones",
  "DELETE /api/surtidores/{}",
  "GET /api/estaciones/{}",
  "GET /api/estaciones/{}/historico",
  "DELETE /api/estaciones/{}",
  ...["limit", "skip", "surtidor_id", "tipo_combustible", "fecha_inicio"]
    .map((it) => `GET /transacciones?${it}={}`),
  "POST /control/detener-carga?metodo_pago={}",
  "PUT /configuracion?nombre={}",
  "PUT /configuracion?tipo_combustible={}",
];

/** Sends a request; its answer is one of the protocol's, and JSON where it says so. */
async function check(app: WebApp, line: string, body?: string): Promise<void> {
  const [method = "", path = ""] = line.split(" ");
  const answer = await app.fetch(
    new Request(`http://localhost${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { "content-type": "application/json" },
    }),
  );
  const read = await answer.text();
  ok(STATUSES.has(answer.status), `${line} ${body}: ${answer.status} ${read}`);
  const isJson = answer.headers.get("content-type") === "application/json";
  if (isJson && method !== "HEAD") JSON.parse(read);
}

function bodyOf(fields: Readonly<Record<string, string>>): string {
  const entries = Object.entries(fields)
    .map(([key, it]) => `${JSON.stringify(key)}:${it}`);
  return `{${entries.join(",")}}`;
}

/** Every value in every key of every body; every text in every address; and what is drawn. */
async function checkAll(app: WebApp): Promise<void> {
  for (const [line, fields] of Object.entries(BODIES)) {
    await check(app, line, bodyOf(fields));
    for (const key of Object.keys(fields)) {
      for (const value of VALUES) {
        await check(app, line, bodyOf({ ...fields, [key]: value }));
      }
    }
    for (const value of VALUES) await check(app, line, value);
  }
  for (const line of ADDRESSES) {
    for (const text of TEXTS) {
      await check(app, line.replace("{}", encodeURIComponent(text)));
    }
  }
  const lines = fc.tuple(
    fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"),
    fc.array(fc.constantFrom("api", "surtidores", "1", "", "%", "%ff", "."), {
      maxLength: 5,
    }),
  ).map(([method, parts]) => `${method} /${parts.join("/")}`);
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.string({ unit: "binary" }),
      (line, body) =>
        check(app, line, /^(GET|HEAD)/.test(line) ? undefined : body),
    ),
    { numRuns: 300 },
  );
}

Deno.test("createForecourtStation() answers anything with what the protocol knows, and all lists stay readable", async () => {
  const station = await createFuelStation();
  const app = createForecourtStation(station.useCases, {
    parseTime: parseForecourtTime,
  });
  await checkAll(app);
  for (const path of ["/transacciones?limit=9999", "/api/surtidores"]) {
    const list = await app.fetch(new Request(`http://localhost${path}`));
    deepStrictEqual([list.status, (await list.json()).length > 0], [
      200,
      true,
    ]);
  }
  await station.stop();
});

Deno.test("createForecourtCompany() answers anything with what the protocol knows, and its list stays readable", async () => {
  const office = await createTestNode({ roles: ["office"], currency: "CLP" });
  const app = createForecourtCompany(office.useCases, { clock: office.clock });
  await checkAll(app);
  const list = await app.fetch(new Request("http://localhost/api/estaciones"));
  deepStrictEqual([list.status, (await list.json()).length > 0], [200, true]);
  await office.stop();
});

Deno.test("createForecourtPump() answers anything with what the protocol knows", async () => {
  const pump = await createTestPump();
  const app = createForecourtPump(pump.useCases, {
    control: pump.pump.control,
  });
  await checkAll(app);
  await pump.stop();
});
