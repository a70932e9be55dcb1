import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  createTemperatures,
  type OriginalPanel,
} from "../../../nodes/charging/original_panel.ts";
import { createPointLog } from "../../../nodes/charging/point_log.ts";
import { charged, POINT, withChargingApi } from "../charging_api.ts";
import { refuses, withApi } from "../native_api.ts";

const temperatures = createTemperatures();

/** A panel with a broker that notes what it is told, or none. */
function panelOf(told?: string[]): OriginalPanel {
  const log = createPointLog(() => 0);
  return {
    lines: log.lines,
    add: log.add,
    temperatures: temperatures.all,
    ...(told === undefined ? {} : {
      simulate: ({ target, command }) => {
        told.push(`${target} ${command}`);
        return Promise.resolve(true);
      },
    }),
  };
}

Deno.test("/v1/charging-weather shows temperatures, and sets and audits the threshold", () => {
  temperatures.set("Sevilla", "-2.5");
  return withApi(async (api) => {
    const before = await api.get("/v1/charging-weather");
    deepStrictEqual(before.body.temperatures, [
      { city: "Sevilla", temperature: "-2.5" },
    ]);
    const set = await api.put("/v1/charging-weather", { threshold: -4 });
    strictEqual(set.body.threshold, -4);
    strictEqual((await api.get("/v1/charging-weather")).body.threshold, -4);
    const { body } = await api.get("/v1/charging/audit");
    deepStrictEqual(
      body.items.map(({ action, source, text }: Record<string, string>) => [
        action,
        source,
        text,
      ]),
      [["API_CAMBIO_UMBRAL", "local", "Umbral de temperatura: -4"]],
    );
    const lines = await api.get("/v1/charging-log");
    deepStrictEqual(
      lines.body.items.map(({ text }: { text: string }) => text),
      ["Umbral de temperatura: -4"],
    );
    refuses(
      await api.put("/v1/charging-weather", { threshold: 1001 }),
      422,
      "request_invalid",
    );
  }, {
    node: { site: "MAD", roles: ["charging"] },
    app: { chargingPanel: panelOf() },
  });
});

Deno.test("POST /v1/charging-simulations tells equipment, and says when there is no broker", async () => {
  const told: string[] = [];
  const node = { site: "MAD", roles: ["charging"] };
  const body = { target: "ALL", command: "F" };
  await withApi(async (api) => {
    strictEqual((await api.post("/v1/charging-simulations", body)).status, 202);
    refuses(
      await api.post("/v1/charging-simulations", { ...body, target: "NO" }),
      404,
      "point_unknown",
    );
    refuses(
      await api.post("/v1/charging-simulations", { ...body, command: "X" }),
      422,
      "request_invalid",
    );
  }, { node, app: { chargingPanel: panelOf(told) } });
  deepStrictEqual(told, ["ALL F"]);
  await withApi(async (api) => {
    refuses(
      await api.post("/v1/charging-simulations", body),
      409,
      "command_refused",
    );
  }, { node, app: { chargingPanel: panelOf() } });
});

Deno.test("POST /v1/charging-points/{id}/revocation stops a point until it registers anew", () =>
  withChargingApi(async (api) => {
    await charged(api);
    const path = `/v1/charging-points/${POINT}`;
    strictEqual((await api.post(`${path}/revocation`, undefined)).status, 200);
    const { body } = await api.get(path);
    deepStrictEqual(body.stops, ["revoked"]);
    refuses(
      await api.post("/v1/charging-points/NO/revocation", undefined),
      404,
      "point_unknown",
    );
  }));
