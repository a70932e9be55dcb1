/** A station with all its listeners at once: what pumps and offices say by TCP is seen by REST and by pages. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { parseForecourtTime } from "../../net/legacy/forecourt_time.ts";
import { startSocketIoServer } from "../../nodes/adapters/socket_io_server.ts";
import { createForecourtBridge } from "../../web/surfaces/forecourt_bridge.ts";
import { createForecourtStation } from "../../web/surfaces/forecourt_station.ts";
import { untilTrue } from "../support/line_client.ts";
import { withPage } from "../support/page_client.ts";
import { type ServedSurface, serveSurface } from "../support/served_surface.ts";
import { TestStation } from "../support/test_station.ts";

type Json = Record<string, unknown>;

interface Whole {
  readonly station: TestStation;
  readonly rest: ServedSurface;
  /** All that the page was told since the snapshot. */
  readonly told: (readonly [string, unknown])[];
  /** The next event of a name whose argument is wanted, while the station's time goes on. */
  until(name: string, isWanted?: (argument: unknown) => boolean): Promise<
    unknown
  >;
}

/** Runs a test on a station with TCP, REST and a page that has been told the snapshot. */
async function withWhole(test: (whole: Whole) => Promise<void>): Promise<void> {
  await using station = await TestStation.start();
  const { useCases, clock } = station.node;
  const rest = await serveSurface(
    createForecourtStation(useCases, { parseTime: parseForecourtTime }),
  );
  const server = await startSocketIoServer({
    hostname: "127.0.0.1",
    port: 0,
    source: createForecourtBridge(useCases, clock),
    allowsOrigin: () => false,
  });
  try {
    await withPage(server, ["websocket"], async (page) => {
      await page.events.take(3);
      const told: Whole["told"] = [];
      const until: Whole["until"] = async (name, isWanted = () => true) => {
        for (;;) {
          await untilTrue(name, async () => {
            await clock.run(250);
            return page.events.size > 0;
          });
          const [event, argument] = await page.events.next();
          told.push([event, argument]);
          if (event === name && isWanted(argument)) return argument;
        }
      };
      await test({ station, rest, told, until });
    });
  } finally {
    await server.stop();
    await rest.stop();
  }
}

const SALE = {
  "tipo": "transaccion_completada",
  "id_surtidor": 12,
  "tipo_combustible": "97",
  "litros": 8.0,
  "precio_por_litro": 1415,
  "monto_total": 11_320,
  "metodo_pago": "tarjeta",
  "fecha_inicio": "2025-03-02T09:14:07.118000",
  "fecha_fin": "2025-03-02T09:14:24.902113",
};

/** What the page shows of pump 12. */
const shows = (state: string) => (pumps: unknown) =>
  (pumps as Json[])[0]?.["estado"] === state;

Deno.test("a pump that registers by TCP is shown, cannot be deleted while it is connected, and can after it left (V18, decisions 3 and 48)", () =>
  withWhole(async ({ station, rest, until }) => {
    using pump = await station.registered(12);
    await until("estadoSurtidores", shows("Parado"));
    const [record = {}] = await rest.get<Json[]>("/api/surtidores/conectados");
    deepStrictEqual(
      ["id_surtidor", "estado_conexion", "ip", "puerto"].map((it) =>
        record[it]
      ),
      [12, "conectado", "127.0.0.1", 8000],
    );
    const figures = await rest.get("/api/surtidores/estadisticas");
    strictEqual(figures["cantidad_tcp_conectados"], 1);
    strictEqual((await rest.ask("DELETE /api/surtidores/12")).status, 400);

    pump.close();
    await until("estadoSurtidores", shows("Desconectado"));
    strictEqual((await rest.ask("DELETE /api/surtidores/12")).status, 204);
    await until("estadoSurtidores", (pumps) => (pumps as Json[]).length === 0);
  }));

Deno.test("what a pump reports by TCP is its live state by REST and on the page (3.8.7, 9.6.3)", () =>
  withWhole(async ({ station, rest, until }) => {
    using pump = await station.registered(12);
    await pump.send({
      "tipo": "estado",
      "id_surtidor": 12,
      "estado_operacion": "despachando",
      "litros_actuales": 7.0,
      "monto_actual": 9905,
      "tipo_combustible": "97",
    });
    await until("estadoSurtidores", shows("Cargando combustible"));
    const live = await rest.get("/api/surtidores/12/estado");
    deepStrictEqual(
      [
        "estado_conexion",
        "estado_operacion",
        "litros_actuales",
        "monto_actual",
        "tipo_combustible",
      ].map((it) => live[it]),
      ["conectado", "despachando", 7, 9905, "97"],
    );
    await pump.send({
      "tipo": "estado",
      "id_surtidor": 12,
      "estado_operacion": "pausado",
    });
    await until("estadoSurtidores", shows("Pausado"));
  }));

Deno.test("a sale by TCP is told to the page once, however often it is sent, and listed by REST under the same id (V9, 9.6.4)", () =>
  withWhole(async ({ station, rest, until }) => {
    using pump = await station.registered(12);
    await pump.send(SALE, SALE, { ...SALE, "monto_total": 11_321 }, SALE);
    const first = await until("nuevaTransaccion") as Json;
    const second = await until("nuevaTransaccion") as Json;
    deepStrictEqual(
      [first["monto_total"], second["monto_total"]],
      [11_320, 11_321],
    );
    await pump.send({ ...SALE, "metodo_pago": "fin", "litros": 1 });
    const third = await until("nuevaTransaccion") as Json;
    strictEqual(third["metodo_pago"], "fin");
    strictEqual(first["fecha"], "2025-03-02T09:14:24.902000");
    match(String(first["_id"]), /^[0-9a-f]{24}$/);
    deepStrictEqual(await rest.get(`/transacciones/${first["_id"]}`), first);
    const list = await rest.get<Json[]>("/api/surtidores/12/transacciones");
    deepStrictEqual(
      new Set(list.map((it) => it["_id"])),
      new Set([first, second, third].map((it) => it["_id"])),
    );
    const record = await rest.get("/api/surtidores/12");
    strictEqual(record["total_transacciones"], 3);
  }));

Deno.test("a sale that breaks the original's lists is listed with 200 (V10, 14.3)", () =>
  withWhole(async ({ station, rest, until }) => {
    using pump = await station.registered(12);
    await pump.send({
      ...SALE,
      "litros": null,
      "monto_total": 11_320.5,
      "metodo_pago": null,
      "fecha_fin": "2025-03-02T09:14:24.902Z",
    });
    await until("nuevaTransaccion");
    const [sale = {}] = await rest.get<Json[]>("/transacciones");
    deepStrictEqual(
      ["litros", "monto_total", "metodo_pago", "fecha"].map((it) => sale[it]),
      // The station's clock was three hours behind UTC then.
      [0, 11_320, "efectivo", "2025-03-02T06:14:24.902000"],
    );
  }));

Deno.test("prices and a name with an apostrophe that an office pushes are told to the page and held by REST (V14, R12)", () =>
  withWhole(async ({ station, rest, told, until }) => {
    using office = await station.control();
    await office.send({
      "tipo": "actualizacion_precios",
      "precios": { "precio_95": "1372", "precio_97": 1431.9 },
      "nombre_estacion": "O'Higgins",
    });
    const wanted = {
      "precio_93": 1290,
      "precio_95": 1372,
      "precio_97": 1431,
      "precio_diesel": 1120,
    };
    strictEqual(await until("actualizacionNombre"), "O'Higgins");
    deepStrictEqual(told.at(-2), ["actualizacionPrecios", wanted]);
    deepStrictEqual(await rest.get("/precios"), wanted);
    strictEqual((await rest.get("/estado"))["nombre"], "O'Higgins");
    await office.send({
      "tipo": "actualizacion_precios",
      "precios": { "precio_93": 1305 },
    });
    deepStrictEqual(
      await until("actualizacionPrecios"),
      { ...wanted, "precio_93": 1305 },
    );
  }));

Deno.test("a simulated pump at the control port is shown on the page and makes no pump and no sale (4.7, 9.3)", () =>
  withWhole(async ({ station, rest, until }) => {
    using simulated = await station.control();
    await simulated.send({
      "id": 7,
      "nombre": "Simulado",
      "estado": "Cargando combustible",
      "precio_93": 1,
      "precio_95": 2,
      "precio_97": 3,
      "precio_diesel": 4,
    });
    const shown = await until(
      "estadoSurtidores",
      (pumps) => (pumps as Json[]).length === 1,
    );
    deepStrictEqual(shown, [{
      "id": 7,
      "nombre": "Simulado",
      "estado": "Cargando combustible",
      "precios": {
        "gasolina93": 1,
        "gasolina95": 2,
        "gasolina97": 3,
        "diesel": 4,
      },
    }]);
    deepStrictEqual(await rest.get("/api/surtidores"), []);
    deepStrictEqual(await rest.get("/transacciones"), []);
  }));
