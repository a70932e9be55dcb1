/** Charging over real HTTP, whatever drivers, equipment and operators do in whatever order. */
import { ok, strictEqual } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { createApp } from "../../../web/app.ts";
import {
  createChargingNode,
  PlayedPoint,
} from "../../support/charging_node.ts";
import {
  type ServedSurface,
  serveSurface,
} from "../../support/served_surface.ts";

const POINTS = ["A-1", "B-2"];
const DRIVERS = ["417", "5", "9"];

/** What somebody does. */
type Step =
  | { readonly kind: "ask"; readonly driver: number; readonly point: number }
  | {
    readonly kind: "supply";
    readonly what: "started" | "meter" | "ended" | "fault" | "lost";
    readonly point: number;
    readonly energyWh: number;
  }
  | {
    readonly kind: "order";
    readonly command: "stop" | "resume" | "end";
    readonly point: number;
  }
  | {
    readonly kind: "monitor";
    readonly what: "fault" | "recover" | "ended" | "connect";
    readonly point: number;
  }
  | { readonly kind: "wait"; readonly ms: number };

const point = fc.nat(POINTS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("ask" as const),
    driver: fc.nat(DRIVERS.length - 1),
    point,
  }),
  fc.record({
    kind: fc.constant("supply" as const),
    what: fc.constantFrom("started", "meter", "ended", "fault", "lost"),
    point,
    energyWh: fc.nat(5000),
  }),
  fc.record({
    kind: fc.constant("order" as const),
    command: fc.constantFrom("stop", "resume", "end"),
    point,
  }),
  fc.record({
    kind: fc.constant("monitor" as const),
    what: fc.constantFrom("fault", "recover", "ended", "connect"),
    point,
  }),
  fc.record({
    kind: fc.constant("wait" as const),
    ms: fc.integer({ min: 1, max: 7000 }),
  }),
);

/** A supply of which nothing is heard any more, shortly before its total is made durable. */
const SILENT: Step[] = [
  { kind: "supply", what: "started", point: 0, energyWh: 0 },
  { kind: "order", command: "stop", point: 0 },
  { kind: "supply", what: "meter", point: 0, energyWh: 1 },
];

interface Session {
  readonly id: string;
  readonly status: string;
  readonly driver: string | null;
  readonly energyWh: number;
}

interface Told {
  readonly id: string;
  readonly type: string;
}

type Page<T> = { readonly items: readonly T[] };

/** Nobody is told of a beginning without exactly one end, and sums are those of the sessions. */
async function check(site: ServedSurface): Promise<void> {
  const { items: sessions } = await site.get<Page<Session>>(
    "/v1/charging-sessions?limit=1000",
  );
  strictEqual(sessions.filter(({ status }) => status !== "ended").length, 0);
  for (const driver of DRIVERS) {
    const { items: told } = await site.get<Page<Told>>(
      `/v1/charging-drivers/${driver}/notifications?limit=1000`,
    );
    strictEqual(new Set(told.map(({ id }) => id)).size, told.length);
    const count = (...types: string[]) =>
      told.filter(({ type }) => types.includes(type)).length;
    strictEqual(
      count("TICKET", "SUPPLY_ERROR"),
      count("AUTH_OK"),
      `${driver}: ${told.map(({ type }) => type)}`,
    );
  }
  const { items: rows } = await site.get<Page<{ energyWh: number }>>(
    "/v1/charging-reports?by=point",
  );
  const sum = (list: readonly { readonly energyWh: number }[]) =>
    list.reduce((all, { energyWh }) => all + energyWh, 0);
  strictEqual(sum(rows), sum(sessions));
}

Deno.test({
  name:
    "C-29: over HTTP, whatever happens, each AUTH_OK has one end, sums agree, and every point and driver is free at last",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const node = await createChargingNode();
        const { useCases, clock } = node;
        const site = await serveSurface(
          createApp(useCases, { clock, requireSignIn: false }),
        );
        const points = POINTS.map((id) => new PlayedPoint(id));
        try {
          for (const one of points) await one.connect(useCases.charging);
          for (const one of steps) await play(one);
          // Everything is ended, repaired, resumed and connected again.
          for (const [i] of POINTS.entries()) {
            await play({ kind: "monitor", what: "connect", point: i });
            await play({ kind: "monitor", what: "recover", point: i });
            await play({ kind: "order", command: "resume", point: i });
            await play({ kind: "order", command: "end", point: i });
          }
          await play({ kind: "wait", ms: 70_000 });
          await check(site);
          for (const [i, id] of POINTS.entries()) {
            const { state } = await site.get(`/v1/charging-points/${id}`);
            strictEqual(state, "ACTIVADO", id);
            const driver = DRIVERS[i];
            const asked = await site.ask("POST /v1/charging-requests", {
              ...{ driver, point: id },
            });
            strictEqual(asked.status, 201, asked.text);
          }
        } finally {
          await site.stop();
          await node.stop();
        }

        async function play(one: Step): Promise<void> {
          const id = "point" in one ? POINTS[one.point] ?? "" : "";
          switch (one.kind) {
            case "ask": {
              const driver = DRIVERS[one.driver];
              const { status } = await site.ask("POST /v1/charging-requests", {
                ...{ driver, point: id },
              });
              ok(status === 201 || status === 409, `${status}`);
              return;
            }
            case "supply": {
              const path = `/v1/charging-points/${id}/supply`;
              const { status, text } = await site.ask(`POST ${path}`, {
                kind: one.what,
                id: randomUUID(),
                energyWh: one.energyWh,
                amount: (one.energyWh / 5000).toFixed(2),
              });
              strictEqual(status, 200, text);
              return;
            }
            case "order": {
              const path = `/v1/charging-points/${id}/commands`;
              const { command } = one;
              const { status } = await site.ask(`POST ${path}`, { command });
              ok([200, 202, 404, 409].includes(status), `${status}`);
              return await clock.run(50);
            }
            case "monitor": {
              const played = points[one.point];
              if (one.what === "connect") {
                await played?.connect(useCases.charging);
              } else await played?.link?.[one.what]();
              return;
            }
            case "wait":
              return await clock.run(one.ms);
          }
        }
      }),
      { numRuns: 15, examples: [[SILENT]] },
    );
  },
});
