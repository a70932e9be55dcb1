import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DriverId, PointId } from "../../../crdt/mod.ts";
import type { SessionQuery } from "../../../nodes/charging/charging_use_cases.ts";
import {
  createChargingNode,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

Deno.test("sessions are listed newest first by point, driver, state and time, page by page", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const site = new PlayedSite(charging);
  for (const point of ["A", "B"]) {
    await new PlayedPoint(point).connect(charging);
  }
  for (const [driver, point] of [["1", "A"], ["2", "B"], ["1", "A"]] as const) {
    await site.request(driver, point);
    await site.supply("started", point, { driver });
    await site.supply("ended", point, { driver, energy: 100 });
  }
  await site.request("3", "A");
  await site.request("4", "B");
  const list = (query: Omit<SessionQuery, "limit">) => {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = charging.sessions({
        ...query,
        limit: 1,
        ...(cursor === null ? {} : { cursor }),
      });
      for (const { driver, point, status } of page.items) {
        found.push(`${driver} ${point} ${status}`);
      }
      cursor = page.next;
    } while (cursor !== null);
    return found;
  };
  const A = "A" as PointId;
  const one = "1" as DriverId;
  deepStrictEqual(list({ status: "open" }), [
    "4 B authorized",
    "3 A authorized",
  ]);
  deepStrictEqual(list({ status: "open", point: A }), ["3 A authorized"]);
  deepStrictEqual(list({ status: "open", driver: one }), []);
  deepStrictEqual(list({ status: "open", driver: "4" as DriverId }), [
    "4 B authorized",
  ]);
  deepStrictEqual(list({ status: "ended" }), [
    "1 A ended",
    "2 B ended",
    "1 A ended",
  ]);
  deepStrictEqual(list({ point: A, driver: one }), ["1 A ended", "1 A ended"]);
  strictEqual(list({}).length, 5);
  strictEqual(list({ to: 0 }).length, 0);
  await node.stop();
});
