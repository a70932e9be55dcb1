import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createForecourtPump } from "../../web/surfaces/forecourt_pump.ts";
import { type ServedSurface, serveSurface } from "../support/served_surface.ts";
import {
  createTestPump,
  PUMP_SITE,
  type TestPump,
} from "../support/test_pump.ts";

type Json = Record<string, unknown>;

interface Pump extends TestPump {
  readonly surface: ServedSurface;
  /** Status and body of a request that the pump answers while its time passes. */
  ask(line: string): Promise<readonly [number, Json]>;
}

/** Runs a test on the surface of a real native pump, over real HTTP. */
async function withPump(
  test: (pump: Pump) => Promise<void>,
  options: Parameters<typeof createTestPump>[0] = {},
): Promise<void> {
  const pump = await createTestPump({ price: 1350, ...options });
  const surface = await serveSurface(
    createForecourtPump(pump.useCases, { control: pump.pump.control }),
  );
  const ask = async (line: string) => {
    const answer = await surface.ask(line);
    return [answer.status, answer.json() as Json] as const;
  };
  try {
    await test({ ...pump, surface, ask });
  } finally {
    await surface.stop();
    await pump.stop();
  }
}

const PRICES = {
  "precio_93": 1350,
  "precio_95": 1350,
  "precio_97": 1350,
  "precio_diesel": 1350,
};
const IDLE = {
  "id_surtidor": 3,
  "nombre": "Isla 3",
  "estado_operacion": "disponible",
  "tipo_combustible": "95",
  "litros_actuales": 0,
  "monto_actual": 0,
  "precio_litro": 1350,
  "fecha_inicio": null,
};

/** A state without the order of its fuels, all of which are known. */
function withoutFuels(state: unknown): Json {
  const { combustibles_soportados: fuels, ...rest } = state as Json;
  deepStrictEqual((fuels as string[]).toSorted(), [
    "93",
    "95",
    "97",
    "diesel",
  ]);
  return rest;
}

Deno.test("the pump's state, prices and health have every key of 8, 8.1, section 10 and decision 36", () =>
  withPump(async ({ ask, surface }) => {
    deepStrictEqual(await surface.get("/"), {
      "surtidor_id": 3,
      "nombre": "Isla 3",
      "status": "ok",
      "version": "2.0",
    });
    const [, state] = await ask("GET /estado");
    deepStrictEqual(withoutFuels(state), {
      ...IDLE,
      "precios_disponibles": PRICES,
      "conectado_tcp": true,
      "udp_habilitado": true,
      "conectado_estacion": true,
    });
    deepStrictEqual(await surface.get("/precios"), PRICES);
    deepStrictEqual(await surface.get("/health"), {
      "status": "healthy",
      "tcp_connected": true,
      "udp_enabled": true,
      "estado_operacion": "disponible",
    });
  }, { connected: () => true, fastReports: true }));

Deno.test("a sale is started, runs and is answered as stopped only when it is durable (8, 8.2)", () =>
  withPump(async ({ ask, run, surface, forecourt }) => {
    const [status, started] = await ask("POST /control/iniciar-carga");
    strictEqual(status, 200);
    strictEqual(typeof started["mensaje"], "string");
    const { fecha_inicio: begun, ...rest } = withoutFuels(started["estado"]);
    match(String(begun), /^2026-11-22T12:00:00(\.\d{3}000)?$/);
    const { fecha_inicio: _, ...idle } = IDLE;
    deepStrictEqual(rest, { ...idle, "estado_operacion": "despachando" });
    await run(7_000);
    const running = await surface.get("/estado");
    deepStrictEqual(
      [running["litros_actuales"], running["monto_actual"]],
      [3.5, 4725],
    );

    const answer = await surface.ask(
      "POST /control/detener-carga?metodo_pago=tarjeta",
    );
    // Nothing was awaited since the answer: the sale is there already.
    const [sale] = forecourt.fuelSales({ site: PUMP_SITE, limit: 2 }).items;
    deepStrictEqual(
      [sale?.volumeMl, sale?.amount, sale?.payment, sale?.state, sale?.source],
      [3500, 4725, "tarjeta", "completed", "peer"],
    );
    strictEqual(answer.status, 200);
    const stopped = answer.json() as Json;
    strictEqual(typeof stopped["mensaje"], "string");
    const { mensaje: _message, ...figures } = stopped;
    deepStrictEqual(figures, {
      "litros": 3.5,
      "total": 4725,
      "metodo_pago": "tarjeta",
    });
    const [, after] = await ask("GET /estado");
    strictEqual(after["estado_operacion"], "disponible");
    strictEqual(after["litros_actuales"], 0);
    // The start of the last sale stays (8.1).
    strictEqual(after["fecha_inicio"], begun);
  }));

Deno.test("a sale is paid in cash unless the request says otherwise, and its method is not checked (8)", () =>
  withPump(async ({ ask, run }) => {
    for (
      const [query, payment] of [
        ["", "efectivo"],
        ["?metodo_pago=", "efectivo"],
        ["?metodo_pago=trueque", "trueque"],
      ]
    ) {
      await ask("POST /control/iniciar-carga");
      await run(1_000);
      const [status, stopped] = await ask(
        `POST /control/detener-carga${query}`,
      );
      deepStrictEqual([status, stopped["metodo_pago"]], [200, payment]);
    }
  }));

Deno.test("a start while a sale runs, a stop without one and a stop of a paused one are 400 (8, decision 50)", () =>
  withPump(async ({ ask, run, pump }) => {
    strictEqual((await ask("POST /control/detener-carga"))[0], 400);
    await ask("POST /control/iniciar-carga");
    const [status, refused] = await ask("POST /control/iniciar-carga");
    deepStrictEqual([status, Object.keys(refused)], [400, ["detail"]]);
    await run(1_000);
    await pump.command("pause");
    strictEqual((await ask("GET /estado"))[1]["estado_operacion"], "pausado");
    strictEqual((await ask("POST /control/detener-carga"))[0], 400);
    strictEqual((await ask("POST /control/iniciar-carga"))[0], 400);
    await pump.command("resume");
    const [stopped, figures] = await ask("POST /control/detener-carga");
    deepStrictEqual([stopped, figures["litros"]], [200, 0.5]);
  }));

Deno.test("PUT /configuracion changes what is valid, and is 400 without that and during a sale (8)", () =>
  withPump(async ({ ask, run }) => {
    const [status, changed] = await ask(
      "PUT /configuracion?tipo_combustible=diesel&nombre=Isla%209",
    );
    strictEqual(status, 200);
    const state = changed["estado"] as Json;
    deepStrictEqual(
      [state["tipo_combustible"], state["nombre"]],
      ["diesel", "Isla 9"],
    );
    // A fuel that the pump has not is left out where a valid name comes with it.
    const [partly, named] = await ask(
      "PUT /configuracion?tipo_combustible=kerosene&nombre=Isla%2010",
    );
    const after = named["estado"] as Json;
    deepStrictEqual(
      [partly, after["tipo_combustible"], after["nombre"]],
      [200, "diesel", "Isla 10"],
    );
    for (const query of ["", "?nombre=", "?tipo_combustible=kerosene"]) {
      strictEqual((await ask(`PUT /configuracion${query}`))[0], 400);
    }
    await ask("POST /control/iniciar-carga");
    await run(1_000);
    strictEqual((await ask("PUT /configuracion?nombre=Isla%2011"))[0], 400);
  }));

Deno.test("a pump without a price says so instead of giving fuel away", () =>
  withPump(async ({ ask }) => {
    const [status, refused] = await ask("POST /control/iniciar-carga");
    deepStrictEqual([status, Object.keys(refused)], [400, ["detail"]]);
  }, { price: null }));

Deno.test("a disk that takes nothing is told with 503, and the sale is recorded once it does (8.2)", () =>
  withPump(async ({ ask, run, fill, forecourt }) => {
    await ask("POST /control/iniciar-carga");
    await run(2_000);
    fill(true);
    const [status, refused] = await ask("POST /control/detener-carga");
    deepStrictEqual([status, Object.keys(refused)], [503, ["detail"]]);
    fill(false);
    await run(5_000);
    const { items } = forecourt.fuelSales({ site: PUMP_SITE, limit: 2 });
    deepStrictEqual(
      items.map(({ volumeMl, state }) => [volumeMl, state]),
      [[1000, "completed"]],
    );
  }));

Deno.test("pages of any origin may use the pump (6.0), also to start and to stop", () =>
  withPump(async ({ surface }) => {
    const origin = "http://192.168.1.5:3002";
    const preflight = await surface.ask("OPTIONS /configuracion", undefined, {
      origin,
      "access-control-request-method": "PUT",
    });
    deepStrictEqual(
      [preflight.status, preflight.headers.get("access-control-allow-origin")],
      [200, "*"],
    );
    const started = await surface.ask(
      "POST /control/iniciar-carga",
      undefined,
      { origin },
    );
    deepStrictEqual(
      [started.status, started.headers.get("access-control-allow-origin")],
      [200, "*"],
    );
    const stopped = await surface.ask(
      "POST /control/detener-carga?metodo_pago=efectivo",
      undefined,
      { origin },
    );
    strictEqual(stopped.status, 200);
  }));
