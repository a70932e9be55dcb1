import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { DriverId, PointId, WattHours } from "../../crdt/mod.ts";
import { type FernetKey, sealFernet } from "../../net/legacy/fernet.ts";
import type { ChargeNotification } from "../../nodes/charging/charging_use_cases.ts";
import type { SecuredMonitor } from "../support/secured_monitor.ts";
import { type SecuredRig, withSecuredRig } from "../support/secured_rig.ts";

const POINT = "SEV-07" as PointId;

/** Starts a monitor and waits until its point is free. */
async function connected(rig: SecuredRig): Promise<SecuredMonitor> {
  const monitor = rig.monitor(POINT, { location: "C/ Serrano 10, Madrid" });
  const { charging } = rig.useCases;
  await rig.until(
    "the point is connected",
    () => charging.point(POINT)?.state === "ACTIVADO",
  );
  return monitor;
}

function sessions({ useCases: { charging } }: SecuredRig) {
  return charging.sessions({ limit: 10 }).items;
}

/** What drivers are told, without running totals. */
function listen({ useCases: { charging } }: SecuredRig): string[] {
  const told: string[] = [];
  charging.listen(({ body, driver }: ChargeNotification) => {
    told.push(`${body.type} ${driver}`);
  });
  return told;
}

/** A record of telemetry as the topic brings it. */
async function publish(
  rig: SecuredRig,
  record: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { charging, chargingSecurity } = rig.useCases;
  const read = chargingSecurity.readTelemetry(record, null);
  if (!read.ok) return read.error;
  const { record: clear, unauthenticated } = read.value;
  const kinds = {
    "CONSUMO": "meter",
    "SUPPLY_END": "ended",
    "AVERIADO": "fault",
  } as const;
  return await charging.supply({
    kind: kinds[clear["type"] as keyof typeof kinds],
    point: clear["cp_id"] as PointId,
    connector: 1,
    driver: clear["user_id"] as DriverId,
    energy: Math.round(Number(clear["kwh"]) * 1000) as WattHours,
    amount: Math.round(Number(clear["importe"]) * 100),
    position: null,
    session: null,
    at: null,
    ...(unauthenticated ? { unauthenticated } : {}),
  });
}

function figures(type: string, kwh: number, driver = "417") {
  const importe = Math.round(kwh * 20) / 100;
  return { type, "cp_id": POINT, "user_id": driver, kwh, importe };
}

let drawn = 0;

/** The same, encrypted by an engine that has the key. */
function sealed(key: string, record: Readonly<Record<string, unknown>>) {
  const text = JSON.stringify({ ...record, "source_ip": "10.0.0.7" });
  return {
    "cp_id": POINT,
    "encrypted": true,
    "ciphertext": sealFernet(
      key as FernetKey,
      new TextEncoder().encode(text),
      { seconds: 1, iv: new Uint8Array(16).fill(drawn++) },
    ),
  };
}

const keyOf = ({ credentials }: SecuredMonitor) =>
  credentials.at(-1)?.key ?? "";

Deno.test("M-9: S: credentials, ENQ, REGISTER, a request and an encrypted supply on the topics, the ticket, and no secret shown", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const { broker } = rig;
    const key = keyOf(monitor);
    broker.put("driver_requests", {
      "user_id": "417",
      "cp_id": POINT,
      "timestamp": 1.5,
      "source_ip": "10.0.0.8",
    });
    await rig.until(
      "the word came",
      () => monitor.frames.includes("AUTORIZAR_SUMINISTRO#417"),
    );
    ok(monitor.frames.includes("REGISTER_RESULT#FIRST"));
    const put = (type: string, kwh: number) =>
      broker.put("cp_telemetry", sealed(key, figures(type, kwh)));
    put("CONSUMO", 0.1);
    await rig.until(
      "energy flows",
      () => rig.point(POINT).state === "SUMINISTRANDO",
    );
    // Nobody else's key opens a record of this point.
    const strange = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    broker.put("cp_telemetry", sealed(strange, figures("SUPPLY_END", 9)));
    put("CONSUMO", 0.2);
    put("SUPPLY_END", 0.3);
    await rig.until(
      "the supply is over",
      () => sessions(rig)[0]?.status === "ended",
    );
    const [session] = sessions(rig);
    deepStrictEqual(
      [session?.outcome, session?.energy, session?.amount, session?.driver],
      ["completed", 300, 6, "417"],
    );
    const told = () =>
      broker.values("driver_notifications")
        .filter((it) => it["type"] !== "CONSUMO_UPDATE");
    await rig.until("the ticket is told", () => told().length === 2);
    const to = { "cp_id": POINT, "user_id": "417", "target_driver": "417" };
    deepStrictEqual(told(), [
      { "type": "AUTH_OK", "message": "Autorizado", ...to },
      { "type": "TICKET", "kwh": 0.3, "importe": 0.06, ...to },
    ]);
    strictEqual(rig.point(POINT).state, "ACTIVADO");
    const { text } = await rig.api.ask("GET /api/estado");
    ok(text.includes(POINT) && !text.includes(key));
    const actions = rig.useCases.chargingSecurity.audit({ limit: 50 }).items
      .map(({ action }) => action);
    for (
      const action of [
        "CP_ALTA_REGISTRO",
        "CP_REGISTRO_INICIAL",
        "DRIVER_AUTORIZACION_OK",
        "ERROR_DESCIFRADO",
        "SUMINISTRO_FINALIZADO",
      ]
    ) ok(actions.includes(action), action);
  }));

Deno.test("C-38: a monitor whose point fails again and again never takes the bytes ACK for a lost connection", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    await rig.until(
      "the registration is answered",
      () => monitor.frames.includes("REGISTER_RESULT#FIRST"),
    );
    for (let i = 0; i < 6; i++) {
      for (const state of ["AVERIADO", "ACTIVADO"]) {
        const word = state === "AVERIADO" ? "FAULT" : "RECOVER";
        await monitor.send(`${word}#${POINT}`);
        await rig.until(state, () => rig.point(POINT).state === state);
        // An original monitor asks its engine once a second.
        await rig.pass(1000);
      }
    }
    // Harmless frames broke the rows.
    ok(monitor.frames.includes("REGISTER_RESULT#RECONNECT"));
    ok(monitor.straysMax < 3);
    deepStrictEqual([monitor.lost, monitor.connected], [0, 1]);
  }));

Deno.test("C-38: three stray reads in a row are a lost connection: the monitor comes back with new credentials (9.3)", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    await rig.until(
      "the registration is answered",
      () => monitor.frames.includes("REGISTER_RESULT#FIRST"),
    );
    // Each is acknowledged with a byte that its loop reads alone.
    for (let strays = 1; strays <= 3; strays++) {
      await monitor.sendBytes(Uint8Array.of(0x05));
      await rig.until("a stray", () => monitor.straysMax >= strays);
    }
    await rig.until("the connection is lost", () => monitor.lost > 0);
    await rig.until("the monitor is back", () => monitor.connected === 2);
    await rig.until(
      "the point is free",
      () => rig.point(POINT).state === "ACTIVADO",
    );
    strictEqual(monitor.credentials.length, 2);
    ok(monitor.credentials[0]?.key !== monitor.credentials[1]?.key);
  }));

Deno.test("C-15: a revoked monitor comes back by itself with new credentials, and its RECOVER lifts the stop", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const before = keyOf(monitor);
    const { status } = await rig.api.ask("POST /api/admin/revoke-key", {
      "cp_id": POINT,
    });
    strictEqual(status, 200);
    deepStrictEqual(rig.point(POINT).stops, ["revoked"]);
    // The old key is void at once (C-39).
    strictEqual(
      await publish(rig, sealed(before, figures("CONSUMO", 0.1))),
      "key_unknown",
    );
    await rig.until(
      "the point is out of service",
      () => rig.point(POINT).state === "FUERA_DE_SERVICIO",
    );
    ok(monitor.frames.includes("PARAR#CENTRAL"));
    await rig.until("the connection is closed", () => monitor.lost === 1);
    await rig.until("the monitor is back", () => monitor.connected === 2);
    await rig.until(
      "the stop is lifted",
      () => rig.point(POINT).state === "ACTIVADO",
    );
    deepStrictEqual(rig.point(POINT).stops, []);
    strictEqual(monitor.credentials.length, 2);
    ok(keyOf(monitor) !== before);
    strictEqual(
      await publish(rig, sealed(before, figures("CONSUMO", 0.1))),
      "not_opened",
    );
  }));

Deno.test("C-15: an operator's stop outlives the revocation's", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const order = { "cp_id": POINT, "action": "PARAR" };
    await rig.api.ask("POST /api/comandos/cp", order);
    await rig.api.ask("POST /api/admin/revoke-key", { "cp_id": POINT });
    await rig.until("the monitor is back", () => monitor.connected === 2);
    await rig.until(
      "the revocation's stop is lifted",
      () => !rig.point(POINT).stops.includes("revoked"),
    );
    strictEqual(rig.point(POINT).state, "FUERA_DE_SERVICIO");
    deepStrictEqual(rig.point(POINT).stops, ["operator"]);
  }));

Deno.test("C-39: the key before opens telemetry for 60 s more, and records in clear are taken unauthenticated", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const before = keyOf(monitor);
    const { chargingSecurity, charging } = rig.useCases;
    await charging.request({ driver: "417", point: POINT, source: "kafka" });
    await chargingSecurity.registerPoint({
      point: POINT,
      location: "C/ Serrano 10, Madrid",
      source: "127.0.0.1",
    });
    const record = sealed(before, figures("CONSUMO", 0.1));
    strictEqual(await publish(rig, record), "stored");
    const late = rig.clock.now() + 61_000;
    const read = chargingSecurity.readTelemetry(record, late);
    deepStrictEqual(read, { ok: false, error: "not_opened" });
    // What an engine kept while the broker was away comes in clear.
    strictEqual(await publish(rig, figures("SUPPLY_END", 0.2)), "stored");
    strictEqual(sessions(rig)[0]?.outcome, "completed");
    const facts = rig.useCases.facts({ limit: 100, type: "ChargeEnded" }).items;
    strictEqual(facts[0]?.fact["unauthenticated"], true);
  }));

Deno.test("telemetry that cannot be opened is dropped and audited, a bounded number of times (9.2)", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const { chargingSecurity } = rig.useCases;
    const damaged = {
      ...sealed(keyOf(monitor), figures("CONSUMO", 0.1)),
      "ciphertext": "gAAAAA",
    };
    for (let i = 0; i < 10; i++) {
      strictEqual(await publish(rig, damaged), "not_opened");
    }
    const errors = () =>
      chargingSecurity.audit({ limit: 100, action: "ERROR_DESCIFRADO" }).items;
    await rig.until("the drop is written", () => errors().length > 0);
    ok(errors().length <= 2);
    strictEqual(errors()[0]?.text, `${POINT}: not_opened`);
    strictEqual(rig.point(POINT).state, "ACTIVADO");
  }));

Deno.test("queries on a registered connection are audited (9.5)", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const { charging, chargingSecurity } = rig.useCases;
    const said = () =>
      chargingSecurity.audit({ limit: 50, point: POINT }).items
        .map(({ action }) => action)
        .filter((action) => action.startsWith("CONSULTA"));
    await monitor.send(`CHECK_DRIVER#${POINT}`);
    await rig.until("the first is audited", () => said().length === 1);
    await charging.request({ driver: "417", point: POINT, source: "kafka" });
    await monitor.send(`CHECK_SESSION#${POINT}`);
    await rig.until("both are audited", () => said().length === 2);
    deepStrictEqual(said(), ["CONSULTA_SESSION_OK", "CONSULTA_DRIVER_FALLIDA"]);
    await rig.until(
      "the answers came",
      () => monitor.frames.includes("417"),
    );
  }));

Deno.test("C-42: with two supplies at once each ticket goes to the driver of its own point's session", () =>
  withSecuredRig(async (rig) => {
    await connected(rig);
    const other = "SEV-08" as PointId;
    rig.monitor(other);
    const { charging } = rig.useCases;
    await rig.until(
      "both are connected",
      () => charging.point(other)?.state === "ACTIVADO",
    );
    const told = listen(rig);
    await charging.request({ driver: "417", point: POINT, source: "kafka" });
    await charging.request({ driver: "9", point: other, source: "kafka" });
    await publish(rig, figures("CONSUMO", 0.1));
    await publish(rig, { ...figures("CONSUMO", 0.1, "9"), "cp_id": other });
    await publish(rig, figures("SUPPLY_END", 0.2));
    await publish(rig, { ...figures("SUPPLY_END", 0.3, "9"), "cp_id": other });
    deepStrictEqual(told.filter((it) => it.startsWith("TICKET")), [
      "TICKET 417",
      "TICKET 9",
    ]);
    const tickets = charging.notifications({
      limit: 10,
      driver: "9" as DriverId,
    }).items.filter(({ body }) => body.type === "TICKET");
    deepStrictEqual(tickets.map(({ point }) => point), [other]);
  }));

for (const driver of ["INVITADO", "WEB_TESTER"]) {
  Deno.test(`a supply of ${driver} counts its energy, and nobody gets a total or a ticket (9.5)`, () =>
    withSecuredRig(async (rig) => {
      await connected(rig);
      const told = listen(rig);
      await publish(rig, figures("CONSUMO", 0.1, driver));
      strictEqual(rig.point(POINT).state, "SUMINISTRANDO");
      await publish(rig, figures("CONSUMO", 0.2, driver));
      await publish(rig, figures("SUPPLY_END", 0.3, driver));
      strictEqual(rig.point(POINT).state, "ACTIVADO");
      deepStrictEqual(told, []);
      const [session] = sessions(rig);
      deepStrictEqual(
        [
          session?.outcome,
          session?.energy,
          session?.source,
          session?.driver,
        ],
        ["completed", 300, "equipment", driver],
      );
      const { chargingSecurity } = rig.useCases;
      const action = "SUMINISTRO_MANUAL_FINALIZADO";
      strictEqual(
        chargingSecurity.audit({ limit: 10, action }).items.length,
        1,
      );
    }));
}

Deno.test("guests at two points charge beside each other, and are no connected drivers (9.5)", () =>
  withSecuredRig(async (rig) => {
    await connected(rig);
    const other = "SEV-08" as PointId;
    rig.monitor(other);
    const { charging } = rig.useCases;
    await rig.until(
      "both are connected",
      () => charging.point(other)?.state === "ACTIVADO",
    );
    const guest = figures("CONSUMO", 0.1, "INVITADO");
    await publish(rig, guest);
    await publish(rig, { ...guest, "cp_id": other });
    await rig.pass(3000);
    deepStrictEqual(
      sessions(rig).map(({ status }) => status),
      ["charging", "charging"],
    );
    const shown = await rig.api.get<{
      readonly cps: readonly Record<string, unknown>[];
      readonly drivers_connected: readonly string[];
    }>("/api/estado");
    deepStrictEqual(shown.drivers_connected, []);
    strictEqual(shown.cps[0]?.["driver_id"], "INVITADO");
  }));

Deno.test("a supply of INVITADO that a stop ends is told to nobody, one that a fault ends is (9.5)", () =>
  withSecuredRig(async (rig) => {
    const monitor = await connected(rig);
    const told = listen(rig);
    await publish(rig, figures("CONSUMO", 0.1, "INVITADO"));
    const order = (action: string) => ({ "cp_id": POINT, action });
    await rig.api.ask("POST /api/comandos/cp", order("PARAR"));
    await rig.until(
      "the stop is confirmed",
      () => rig.point(POINT).state === "FUERA_DE_SERVICIO",
    );
    await publish(rig, figures("SUPPLY_END", 0.2, "INVITADO"));
    await rig.until(
      "the supply is over",
      () => sessions(rig)[0]?.outcome === "stopped",
    );
    deepStrictEqual(told, []);
    await rig.api.ask("POST /api/comandos/cp", order("REANUDAR"));
    await rig.until(
      "the point is back",
      () => rig.point(POINT).state === "ACTIVADO",
    );
    // Until then it is taken for a late record of the supply before (C-49).
    await rig.pass(6000);
    await publish(rig, figures("CONSUMO", 0.1, "INVITADO"));
    await monitor.send(`FAULT#${POINT}`);
    await rig.until(
      "the fault is known",
      () => rig.point(POINT).state === "AVERIADO",
    );
    await rig.until("somebody is told", () => told.length > 0);
    deepStrictEqual(told, ["SUPPLY_ERROR INVITADO"]);
  }));
