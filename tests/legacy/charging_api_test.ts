import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { DriverId, PointId, WattHours } from "../../crdt/mod.ts";
import { postJson } from "../support/secured_monitor.ts";
import { type SecuredRig, withSecuredRig } from "../support/secured_rig.ts";

const POINT = "SEV-07";
const MADRID = "C/ Serrano 10, Madrid";

/** Posts JSON, and gives the status and the body. */
async function post({ api }: SecuredRig, path: string, body: unknown) {
  const { status, json } = await api.ask(`POST ${path}`, body);
  return [status, json()] as const;
}

/** The state of the page. */
async function state({ api }: SecuredRig) {
  return await api.get<{
    readonly cps: readonly Record<string, unknown>[];
    readonly config: Record<string, unknown>;
    readonly city_temps: Record<string, unknown>;
    readonly drivers_connected: readonly string[];
    readonly timestamp: number;
  }>("/api/estado");
}

/** A monitor whose point is connected. */
async function connected(
  rig: SecuredRig,
  point = POINT,
  location = MADRID,
) {
  const monitor = rig.monitor(point, { location });
  const { charging } = rig.useCases;
  await rig.until(
    `${point} is connected`,
    () => charging.point(point)?.connected === true,
  );
  return monitor;
}

/** What an audit list says, oldest first. */
function audited({ useCases: { chargingSecurity } }: SecuredRig) {
  return chargingSecurity.audit({ limit: 100 }).items.toReversed()
    .map(({ action, point }) => point === null ? action : `${action} ${point}`);
}

Deno.test("GET /api/estado: whole rows of the original table, with token and key null (9.4, C-40)", () =>
  withSecuredRig(async (rig) => {
    await connected(rig);
    const { useCases: { charging } } = rig;
    const verdict = await charging.request({
      driver: "417",
      point: POINT,
      source: "kafka",
    });
    strictEqual(verdict.words, "Autorizado");
    await charging.supply({
      kind: "meter",
      point: POINT as PointId,
      connector: 1,
      driver: "417" as DriverId,
      energy: 300 as WattHours,
      amount: 6,
      position: null,
      session: null,
      at: null,
    });
    const shown = await state(rig);
    deepStrictEqual(Object.keys(shown), [
      "cps",
      "drivers_connected",
      "timestamp",
      "config",
      "city_temps",
    ]);
    const [row = {}] = shown.cps;
    const { created_at: created, updated_at: updated, ...rest } = row;
    deepStrictEqual(rest, {
      "id": POINT,
      "location": MADRID,
      "status": "SUMINISTRANDO",
      "price": 0.25,
      "driver_id": "417",
      "kwh": 0.3,
      "importe": 0.06,
      "token": null,
      "symmetric_key": null,
    });
    match(String(created), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    match(String(updated), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    deepStrictEqual(shown.drivers_connected, ["417"]);
    deepStrictEqual(shown.config, { "temp_umbral": 0 });
    deepStrictEqual(shown.city_temps, {});
    strictEqual(Math.abs(shown.timestamp - rig.clock.now() / 1000) < 60, true);
  }));

Deno.test("GET /api/logs and POST /api/log: at most 100 lines, oldest first, without secrets (9.4, C-40)", () =>
  withSecuredRig(async (rig) => {
    const key = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const line = { "source": "MONITOR", "msg": `Clave recibida: ${key}` };
    deepStrictEqual(await post(rig, "/api/log", line), [
      200,
      { "status": "Logged" },
    ]);
    for (let i = 0; i < 105; i++) {
      await post(rig, "/api/log", { "source": "ENGINE", "msg": `line ${i}` });
    }
    const { logs } = await rig.api.get<{ logs: Record<string, unknown>[] }>(
      "/api/logs",
    );
    strictEqual(logs.length, 100);
    deepStrictEqual(Object.keys(logs[0] ?? {}), ["source", "msg", "timestamp"]);
    strictEqual(logs[0]?.["msg"], "line 5");
    await post(rig, "/api/log", line);
    const { text } = await rig.api.ask("GET /api/logs");
    ok(!text.includes(key) && text.includes("Clave recibida"));
    deepStrictEqual((await post(rig, "/api/log", { "msg": "x" }))[0], 400);
  }));

Deno.test("POST /api/log: a temperature of the weather office is stored, not logged (9.4)", () =>
  withSecuredRig(async (rig) => {
    const told = { "source": "EV_W", "msg": "Temperatura en Madrid: -2.5ºC" };
    deepStrictEqual(await post(rig, "/api/log", told), [
      200,
      { "status": "Updated State" },
    ]);
    const other = { "source": "EV_W", "msg": "Servicio no disponible" };
    deepStrictEqual(await post(rig, "/api/log", other), [
      200,
      { "status": "Logged" },
    ]);
    await post(rig, "/api/log", { ...told, "source": "ENGINE" });
    deepStrictEqual((await state(rig)).city_temps, { "Madrid": "-2.5" });
    strictEqual(rig.log.lines().length, 2);
  }));

Deno.test("POST /api/config/umbral takes a number or numeric text (9.4)", () =>
  withSecuredRig(async (rig) => {
    const path = "/api/config/umbral";
    const done = [200, { "status": "OK" }] as const;
    deepStrictEqual(await post(rig, path, { "umbral": 4.5 }), done);
    strictEqual((await state(rig)).config["temp_umbral"], 4.5);
    deepStrictEqual(await post(rig, path, { "umbral": "-3" }), done);
    strictEqual((await state(rig)).config["temp_umbral"], -3);
    const wrong = ["", "x", null, true, [1], "1e9", 5000, "NaN", {}];
    for (const umbral of wrong) {
      deepStrictEqual(await post(rig, path, { umbral }), [
        400,
        { "error": "Error en datos" },
      ]);
    }
    deepStrictEqual((await post(rig, path, {}))[0], 400);
    strictEqual((await state(rig)).config["temp_umbral"], -3);
    strictEqual(audited(rig).at(-1), "API_CAMBIO_UMBRAL");
  }));

Deno.test("POST /api/comandos/cp: exact answers, and the point obeys (9.4)", () =>
  withSecuredRig(async (rig) => {
    const path = "/api/comandos/cp";
    const order = (action: string) => ({ "cp_id": POINT, action });
    const away = [404, {
      "error": "El CP no está conectado. No se puede enviar comando.",
    }];
    deepStrictEqual(await post(rig, path, order("PARAR")), away);
    const monitor = await connected(rig);
    deepStrictEqual(await post(rig, path, order("PARAR")), [200, {
      "message": `Comando PARAR enviado a ${POINT}`,
    }]);
    await rig.until(
      "the stop is confirmed",
      () => rig.point(POINT).state === "FUERA_DE_SERVICIO",
    );
    ok(monitor.frames.includes("PARAR#CENTRAL"));
    deepStrictEqual(rig.point(POINT).stops, ["operator"]);
    await post(rig, path, order("REANUDAR"));
    await rig.until(
      "the point is back",
      () => rig.point(POINT).state === "ACTIVADO",
    );
    ok(monitor.frames.includes("REANUDAR#CENTRAL"));
    const missing = [400, { "error": "Faltan parámetros" }];
    for (
      const body of [
        {},
        { "cp_id": POINT },
        { "action": "PARAR" },
        { "cp_id": POINT, "action": "VOLAR" },
        { "cp_id": 7, "action": "PARAR" },
      ]
    ) deepStrictEqual(await post(rig, path, body), missing);
    const list = audited(rig);
    for (
      const entry of [
        `CP_ALTA_REGISTRO ${POINT}`,
        `CP_REGISTRO_INICIAL ${POINT}`,
        `WEB_ORDEN_PARAR ${POINT}`,
        `COMANDO_CONFIRMADO ${POINT}`,
        `WEB_ORDEN_REANUDAR ${POINT}`,
      ]
    ) ok(list.includes(entry), `${entry} in ${list}`);
    ok(!list.some((entry) => entry.startsWith("OPERADOR_ORDEN")));
  }));

Deno.test("POST /api/comandos/todos: every connected point, each by itself (9.4, C-46)", () =>
  withSecuredRig(async (rig) => {
    const path = "/api/comandos/todos";
    deepStrictEqual(await post(rig, path, { "action": "PARAR" }), [200, {
      "message": "No hay CPs conectados para recibir la orden",
    }]);
    deepStrictEqual(await post(rig, path, {}), [400, {
      "error": "Falta acción",
    }]);
    await Promise.all([connected(rig), connected(rig, "SEV-08")]);
    await postJson(`${rig.registry}/register`, {
      "id": "AWAY",
      "location": MADRID,
    });
    deepStrictEqual(await post(rig, path, { "action": "PARAR" }), [200, {
      "message": "Comando PARAR enviado a 2 CPs conectados",
    }]);
    for (const id of [POINT, "SEV-08"]) {
      await rig.until(
        `${id} is stopped`,
        () => rig.point(id).state === "FUERA_DE_SERVICIO",
      );
    }
    strictEqual(rig.point("AWAY").state, "DESCONECTADO");
    ok(audited(rig).includes("WEB_ORDEN_MASIVA_PARAR"));
  }));

Deno.test("POST /api/alertas: points by their location, and each cause is lifted by itself (9.4, C-15)", () =>
  withSecuredRig(async (rig) => {
    const path = "/api/alertas";
    await Promise.all([
      connected(rig),
      connected(rig, "VAL-03", "Plaza del Ayuntamiento 1, Valencia"),
    ]);
    const applied = (action: string) => [
      200,
      { "message": `Accion ${action} aplicada` },
    ];
    const alert = (action: string, city = "madrid") =>
      post(rig, path, { city, action });
    deepStrictEqual(await alert("PARAR"), applied("PARAR"));
    await rig.until(
      "Madrid is stopped",
      () => rig.point(POINT).state === "FUERA_DE_SERVICIO",
    );
    deepStrictEqual(rig.point(POINT).stops, ["weather"]);
    strictEqual(rig.point("VAL-03").state, "ACTIVADO");
    // An operator's stop outlives the weather's.
    const order = { "cp_id": POINT, "action": "PARAR" };
    await post(rig, "/api/comandos/cp", order);
    deepStrictEqual(await alert("REANUDAR"), applied("REANUDAR"));
    await rig.until(
      "the weather's stop is lifted",
      () => !rig.point(POINT).stops.includes("weather"),
    );
    strictEqual(rig.point(POINT).state, "FUERA_DE_SERVICIO");
    const missing = [400, { "error": "Faltan datos" }];
    const wrong = [
      {},
      { "city": "Madrid" },
      { "action": "PARAR" },
      { "city": "Madrid", "action": "X" },
    ];
    for (const body of wrong) {
      deepStrictEqual(await post(rig, path, body), missing);
    }
    const list = audited(rig);
    ok(list.includes("CLIMA_ORDEN_PARAR"));
    ok(list.includes("CLIMA_ORDEN_REANUDAR"));
  }));

Deno.test("the sequence of an original weather office: threshold, temperature, alert, and back (9.5)", () =>
  withSecuredRig(async (rig) => {
    await connected(rig);
    await post(rig, "/api/config/umbral", { "umbral": "0" });
    const alerted = new Set<string>();
    /** One round of its loop. */
    const round = async (city: string, degrees: number) => {
      const threshold = Number((await state(rig)).config["temp_umbral"]);
      const msg = `Temperatura en ${city}: ${degrees}ºC`;
      await post(rig, "/api/log", { "source": "EV_W", msg });
      const isCold = degrees < threshold;
      if (isCold === alerted.has(city)) return;
      const action = isCold ? "PARAR" : "REANUDAR";
      const [status] = await post(rig, "/api/alertas", { city, action });
      strictEqual(status, 200);
      if (isCold) alerted.add(city);
      else alerted.delete(city);
    };
    const reaches = (wanted: string) =>
      rig.until(wanted, () => rig.point(POINT).state === wanted);
    await round("Madrid", 12.4);
    await round("Madrid", -1.2);
    await reaches("FUERA_DE_SERVICIO");
    deepStrictEqual((await state(rig)).city_temps, { "Madrid": "-1.2" });
    await round("Madrid", -1.1);
    await round("Madrid", 3);
    await reaches("ACTIVADO");
  }));

Deno.test("POST /api/simulacion goes to the topic cp_simulation, and is 500 without a broker (9.4)", async () => {
  const path = "/api/simulacion";
  await withSecuredRig(async (rig) => {
    await postJson(`${rig.registry}/register`, {
      "id": POINT,
      "location": MADRID,
    });
    const asked = { "cp_id": POINT, "command": "F" };
    deepStrictEqual(await post(rig, path, asked), [200, {
      "message": "Comando F enviado",
    }]);
    await post(rig, path, { "cp_id": "ALL", "command": "I" });
    const told = () => rig.broker.values("cp_simulation");
    deepStrictEqual(told(), [
      { "target_cp": POINT, "command": "F" },
      { "target_cp": "ALL", "command": "I" },
    ]);
    for (const body of [{}, { "cp_id": POINT }, { ...asked, "command": "X" }]) {
      strictEqual((await post(rig, path, body))[0], 400);
    }
    strictEqual(told().length, 2);
  });
  await withSecuredRig(async (rig) => {
    const asked = { "cp_id": "ALL", "command": "E" };
    deepStrictEqual(await post(rig, path, asked), [500, {
      "error": "Kafka no disponible",
    }]);
  }, { isOffline: true });
});

Deno.test("POST /api/admin/revoke-key: exact answers (9.4)", () =>
  withSecuredRig(async (rig) => {
    const path = "/api/admin/revoke-key";
    deepStrictEqual(await post(rig, path, {}), [400, {
      "error": "Falta el parámetro cp_id",
    }]);
    deepStrictEqual(await post(rig, path, { "cp_id": POINT }), [404, {
      "error": "CP no encontrado o error en BD",
    }]);
    await postJson(`${rig.registry}/register`, {
      "id": POINT,
      "location": MADRID,
    });
    deepStrictEqual(await post(rig, path, { "cp_id": POINT }), [200, {
      "status": "OK",
      "message": `Claves del CP ${POINT} REVOCADAS manualmente.`,
    }]);
    const { state: shown, stops } = rig.point(POINT);
    deepStrictEqual([shown, stops], ["FUERA_DE_SERVICIO", ["revoked"]]);
    ok(audited(rig).includes(`REVOCACION_MANUAL ${POINT}`));
  }));

Deno.test("pages of any origin may use the interface; bodies without the JSON type are 415 (9.4)", () =>
  withSecuredRig(async ({ api }) => {
    const origin = { "origin": "http://anywhere.example" };
    const read = await api.ask("GET /api/estado", undefined, origin);
    strictEqual(read.headers.get("access-control-allow-origin"), "*");
    const asked = await api.ask("OPTIONS /api/comandos/todos", undefined, {
      ...origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    });
    strictEqual(asked.status, 200);
    strictEqual(asked.headers.get("access-control-allow-origin"), "*");
    strictEqual(
      asked.headers.get("access-control-allow-headers"),
      "content-type",
    );
    const paths = [
      "/api/log",
      "/api/config/umbral",
      "/api/alertas",
      "/api/comandos/cp",
      "/api/comandos/todos",
      "/api/admin/revoke-key",
      "/api/simulacion",
    ];
    for (const path of paths) {
      const plain = await api.ask(`POST ${path}`, "{}", {
        ...origin,
        "content-type": "text/plain",
      });
      deepStrictEqual([path, plain.status], [path, 415]);
      strictEqual(plain.headers.get("access-control-allow-origin"), "*");
      strictEqual((await api.ask(`POST ${path}`, "{")).status, 400);
      strictEqual((await api.ask(`GET ${path}`)).status, 405);
      const long = JSON.stringify({ "x": "y".repeat(70_000) });
      strictEqual((await api.ask(`POST ${path}`, long)).status, 413);
    }
    strictEqual((await api.ask("GET /api/nothing")).status, 404);
  }));
