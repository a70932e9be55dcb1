import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  createChargingNode,
  passTime,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

async function withPoint(id = "SEV-07") {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  const point = new PlayedPoint(id);
  await point.connect(charging);
  return { node, charging, site, point };
}

Deno.test("C-16: a stop is shown when the equipment confirms it; on a refusal new drivers are refused all the same", async () => {
  const { node, charging, site, point } = await withPoint();
  point.answer = "refused";
  const given = await charging.stop({ point: point.id, cause: "operator" });
  ok(given.ok);
  strictEqual(given.value.state, "waiting");
  await passTime(node, 500);
  strictEqual(charging.commandView(given.value.id)?.state, "refused");
  const view = charging.point("SEV-07");
  deepStrictEqual([view?.unconfirmed, view?.stops], [true, ["operator"]]);
  strictEqual((await site.request("417", "SEV-07")).words, "FUERA_DE_SERVICIO");
  const kinds = node.node.incidents.list().map(({ kind }) => kind);
  strictEqual(kinds.includes("charging_unconfirmed"), true);
  await point.link?.confirmed("stop");
  strictEqual(charging.point("SEV-07")?.unconfirmed, false);
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  await node.stop();
});

Deno.test("C-16: 5 s of silence leave a command unconfirmed", async () => {
  const { node, charging, point } = await withPoint();
  point.stop = () => new Promise(() => {});
  const given = await charging.stop({ point: point.id, cause: "operator" });
  ok(given.ok);
  await passTime(node, 4_000);
  strictEqual(charging.commandView(given.value.id)?.state, "waiting");
  await passTime(node, 1_500);
  strictEqual(charging.commandView(given.value.id)?.state, "silent");
  strictEqual(charging.point("SEV-07")?.unconfirmed, true);
  await node.stop();
});

Deno.test("C-15: a recovery of a stopped point leaves it out of service; each cause is lifted by itself", async () => {
  const { node, charging, site, point } = await withPoint();
  await charging.stop({ point: point.id, cause: "operator" });
  await charging.stop({ point: point.id, cause: "weather" });
  await passTime(node, 500);
  await point.link?.fault();
  strictEqual(site.state("SEV-07"), "AVERIADO");
  await point.link?.recover();
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  await charging.resume({ point: point.id, cause: "operator" });
  await passTime(node, 500);
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  deepStrictEqual(charging.point("SEV-07")?.stops, ["weather"]);
  strictEqual(point.told.includes("resume"), false);
  await charging.resume({ point: point.id, cause: "weather" });
  await passTime(node, 500);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(point.told.at(-1), "resume");
  await node.stop();
});

Deno.test("C-6: a stop stays in force over a registration, and is told again 4 s later", async () => {
  const { node, charging, site, point } = await withPoint();
  await charging.stop({ point: point.id, cause: "operator" });
  await passTime(node, 500);
  await point.link?.ended();
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  const again = new PlayedPoint("SEV-07");
  const link = await again.connect(charging);
  strictEqual(link.known, true);
  strictEqual(site.state("SEV-07"), "FUERA_DE_SERVICIO");
  await passTime(node, 3_500);
  deepStrictEqual(again.told, []);
  await passTime(node, 1_000);
  deepStrictEqual(again.told, ["stop"]);
  await node.stop();
});

Deno.test("C-6: a registration ends a fault", async () => {
  const { node, charging, site, point } = await withPoint();
  await point.link?.fault();
  await point.link?.ended();
  strictEqual(site.state("SEV-07"), "AVERIADO");
  await point.connect(charging);
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  await node.stop();
});

Deno.test("C-17: nobody begins at a stopped point: its reservation ends with the confirmation", async () => {
  const { node, charging, site, point } = await withPoint();
  await site.request("417", "SEV-07");
  await charging.stop({ point: point.id, cause: "operator" });
  await passTime(node, 500);
  strictEqual(await charging.sessionAt("SEV-07"), undefined);
  deepStrictEqual(site.told, [
    "AUTH_OK SEV-07 417",
    "SUPPLY_ERROR SEV-07 417 0 0 Carga interrumpida: CP puesto fuera de servicio",
  ]);
  await node.stop();
});

Deno.test("C-9: of two connections of one point the newest counts, and the end of the older one changes nothing", async () => {
  const { node, charging, site, point } = await withPoint();
  const newer = new PlayedPoint("SEV-07");
  const link = await newer.connect(charging);
  strictEqual(point.link?.replaced, true);
  strictEqual(point.isClosed, false);
  await point.link?.fault();
  await point.link?.ended();
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  strictEqual(link.replaced, false);
  await site.request("417", "SEV-07");
  deepStrictEqual([point.told, newer.told], [[], ["authorize 417"]]);
  await passTime(node, 1_000);
  const kinds = node.node.incidents.list().map(({ kind }) => kind);
  strictEqual(kinds.includes("charging_point_double"), true);
  await node.stop();
});

Deno.test("C-46: a point that does not answer holds up no other one", async () => {
  const { node, charging, point } = await withPoint("A-1");
  point.stop = () => new Promise(() => {});
  const other = new PlayedPoint("A-2");
  await other.connect(charging);
  await Promise.all(
    ["A-1", "A-2"].map((id) =>
      charging.stop({ point: id as never, cause: "operator" })
    ),
  );
  await passTime(node, 500);
  strictEqual(charging.point("A-2")?.state, "FUERA_DE_SERVICIO");
  await node.stop();
});

Deno.test("command() waits for the equipment's answer; a protocol without such a word refuses", async () => {
  const { node, charging, point } = await withPoint();
  const reset = { command: "Reset", args: { type: "Soft" } };
  const none = await charging.command({ point: point.id, ...reset });
  ok(none.ok);
  strictEqual(none.value.state, "refused");
  const ocpp = new PlayedPoint("EVB-1");
  const calls: unknown[] = [];
  const channel = Object.assign(ocpp, {
    call: (command: string, args: unknown) => {
      calls.push([command, args]);
      return Promise.resolve({ ok: true, value: { status: "Accepted" } });
    },
  });
  await channel.connect(charging, { dialect: "ocpp" });
  const done = await charging.command({ point: ocpp.id, ...reset });
  ok(done.ok);
  deepStrictEqual(
    [done.value.state, done.value.answer, calls],
    ["confirmed", { status: "Accepted" }, [["Reset", { type: "Soft" }]]],
  );
  const unknown = await charging.command({ point: "X" as never, ...reset });
  strictEqual(unknown.ok ? "" : unknown.error.code, "point_unknown");
  const own = await charging.command({
    point: point.id,
    command: "stop",
    args: {},
  });
  strictEqual(own.ok ? "" : own.error.code, "request_invalid");
  await node.stop();
});

Deno.test("a command that nobody could tell in time is over", async () => {
  const { node, charging, point } = await withPoint();
  await point.link?.ended();
  const given = await charging.stop({ point: point.id, cause: "operator" });
  ok(given.ok);
  await passTime(node, 32_000);
  strictEqual(charging.commandView(given.value.id)?.state, "expired");
  deepStrictEqual(charging.point("SEV-07")?.stops, ["operator"]);
  await node.stop();
});

Deno.test("endSession() ends a reservation at once, and a supply where the protocol has a word for it", async () => {
  const { node, charging, site } = await withPoint();
  const { session } = await site.request("417", "SEV-07");
  ok(session !== null);
  const ended = await charging.endSession({ session });
  ok(ended.ok);
  strictEqual(ended.value.outcome, "cancelled");
  strictEqual(site.state("SEV-07"), "ACTIVADO");
  const next = await site.request("417", "SEV-07");
  await site.supply("started", "SEV-07", { driver: "417" });
  const refused = await charging.endSession({ session: next.session as never });
  strictEqual(refused.ok ? "" : refused.error.code, "charge_open");
  const unknown = await charging.endSession({ session: given() });
  strictEqual(unknown.ok ? "" : unknown.error.code, "charge_unknown");
  await node.stop();
});

function given() {
  return "0190a5c0-d1e2-7000-8000-000000000009" as never;
}
