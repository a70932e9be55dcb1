import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { POINT_STATES, STATE_COLORS } from "../../../web/charging_palette.ts";
import {
  ask,
  AT_POINT,
  ordered,
  POINT,
  supply,
  withChargingApi,
  withPoint,
} from "../charging_api.ts";
import { refuses } from "../native_api.ts";

Deno.test("GET /v1/charging-points lists points by id, or those in a state", () =>
  withChargingApi(async (api) => {
    await withPoint(api.useCases, "VAL-03");
    await withPoint(api.useCases, "BCN-05");
    await ask(api, "417");
    const ids = async (query: string) =>
      (await api.get(`/v1/charging-points${query}`)).body.items
        .map(({ id }: { id: string }) => id);

    deepStrictEqual(await ids(""), ["BCN-05", POINT, "VAL-03"]);
    deepStrictEqual(await ids("?state=RESERVADO"), [POINT]);
    deepStrictEqual(await ids("?state=AVERIADO"), []);
    const first = (await api.get("/v1/charging-points?limit=2")).body;
    strictEqual(first.items.length, 2);
    deepStrictEqual(await ids(`?limit=2&cursor=${first.next}`), ["VAL-03"]);
    refuses(
      await api.get("/v1/charging-points?state=PARADO"),
      422,
      "request_invalid",
    );
  }));

Deno.test("GET /v1/charging-points/{id} shows a point, its session and its live figures", () =>
  withChargingApi(async (api) => {
    const free = (await api.get(AT_POINT)).body;
    deepStrictEqual(
      [free.id, free.site, free.state, free.location, free.price, free.dialect],
      [
        ...[POINT, "MAD", "ACTIVADO", "C/ Serrano 10"],
        { amount: "0.2500", currency: "EUR" },
        "text",
      ],
    );
    strictEqual(free.connected, true);
    await ask(api, "417");
    await supply(api, "started");
    await supply(api, "meter", 600);
    api.clock.advance(6000);
    const busy = (await api.get(AT_POINT)).body;
    strictEqual(busy.state, "SUMINISTRANDO");
    const [{ session }] = busy.connectors;
    deepStrictEqual(
      [session.driver, session.status, session.energyWh, session.amount.amount],
      ["417", "charging", 600, "0.12"],
    );
    ok(session.stale && session.ageMs >= 6000, `${session.ageMs}`);
    refuses(await api.get("/v1/charging-points/none"), 404, "point_unknown");
    refuses(await api.get("/v1/charging-points/%20"), 404, "not_found");
  }));

Deno.test("a point whose id has a slash is found by its percent-encoded id", () =>
  withChargingApi(async (api) => {
    const id = "Nave 3/ñ?%";
    await withPoint(api.useCases, id);
    const found = await api.get(
      `/v1/charging-points/${encodeURIComponent(id)}`,
    );
    strictEqual(found.body.id, id);
  }));

Deno.test("C-22: GET /v1/charging-panel shows RESERVADO cyan and SUMINISTRANDO blue, of both kinds", () =>
  withChargingApi(async (api) => {
    const { states } = (await api.get("/v1/charging-panel")).body;
    const color = (wanted: string) =>
      states.find(({ state }: { state: string }) => state === wanted).color;
    deepStrictEqual(color("RESERVADO"), {
      ...{ hex: "#159894", name: "cyan", ansi: "96", emoji: "🟣" },
    });
    deepStrictEqual(color("SUMINISTRANDO"), {
      ...{ hex: "#007bff", name: "blue", ansi: "94", emoji: "🔵" },
    });
  }));

Deno.test("C-23: GET /v1/charging-panel shows a stopped point orange, with the legend Out of Order", () =>
  withChargingApi(async (api) => {
    strictEqual(await ordered(api, "stop"), "confirmed");
    const { points, states } = (await api.get("/v1/charging-panel")).body;
    strictEqual(points[0].state, "FUERA_DE_SERVICIO");
    deepStrictEqual(points[0].color, {
      ...{ hex: "#fd7e14", name: "orange", ansi: "38;5;208", emoji: "🟠" },
    });
    strictEqual(points[0].legend, "Out of Order");
    const legends = states.filter(({ legend }: { legend: string }) =>
      legend !== ""
    ).map(({ state }: { state: string }) => state);
    deepStrictEqual(legends, ["FUERA_DE_SERVICIO"]);
  }));

Deno.test("the colors of the façade are those that the node gives to points", () =>
  withChargingApi(async (api) => {
    const { charging } = api.useCases;
    const shown = new Map<string, string>();
    const look = () => {
      for (
        const { state, color, legend } of charging.points({ limit: 9 }).items
      ) {
        shown.set(state, color);
        strictEqual(legend, STATE_COLORS[state].legend);
      }
    };
    look();
    await ask(api, "417");
    look();
    await supply(api, "meter", 100);
    look();
    await api.point.link?.fault();
    look();
    await api.point.link?.recover();
    strictEqual(await ordered(api, "stop"), "confirmed");
    look();
    await (await withPoint(api.useCases, "VAL-03")).link?.ended();
    look();
    deepStrictEqual(
      [...shown].toSorted(),
      POINT_STATES.map((state) => [state, STATE_COLORS[state].hex]).toSorted(),
    );
  }));

Deno.test("GET /v1/charging-panel counts points by state, and shows drivers", () =>
  withChargingApi(async (api) => {
    await withPoint(api.useCases, "VAL-03");
    await ask(api, "417");
    const panel = (await api.get("/v1/charging-panel?limit=1")).body;
    const count = Object.fromEntries(
      panel.states.map(({ state, count }: { state: string; count: number }) => [
        state,
        count,
      ]),
    );
    deepStrictEqual(
      [count.ACTIVADO, count.RESERVADO, count.SUMINISTRANDO],
      [1, 1, 0],
    );
    deepStrictEqual([panel.site, panel.points.length], ["MAD", 1]);
    ok(panel.next !== null);
    deepStrictEqual(
      panel.drivers.map((one: Record<string, unknown>) => [
        ...[one["driver"], one["point"], one["status"]],
      ]),
      [["417", POINT, "authorized"]],
    );
    await supply(api, "meter", 100);
    api.clock.advance(1001);
    const later = (await api.get("/v1/charging-panel")).body;
    strictEqual(
      later.states.find(({ state }: { state: string }) =>
        state === "SUMINISTRANDO"
      ).count,
      1,
    );
  }));
