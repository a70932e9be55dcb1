import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type FactId,
  ok,
  type SiteCode,
  siteSpace,
  unansweredRequests,
  waitingCommands,
  type WaitingPage,
  type WaitingPlace,
} from "../../../crdt/mod.ts";
import { COMMANDS_LOOKED_MAX } from "../../../nodes/charging/command_desk.ts";
import { ROUTED_LOOKED_MAX } from "../../../nodes/charging/request_desk.ts";
import { ORPHAN_MS, Turns } from "../../../nodes/charging/turns.ts";
import {
  CHARGING_SITE,
  createChargingMesh,
  PlayedPoint,
  requestId,
} from "../../support/charging_node.ts";
import type { TestMesh } from "../../support/test_mesh.ts";

const SITE = CHARGING_SITE as SiteCode;
const SPACE = siteSpace(SITE);

function waiting(...expiresAt: number[]): WaitingPlace[] {
  return expiresAt.map((at) => ({ expiresAt: at, id: `id ${at}` as FactId }));
}

/** Reads pages of a list as the views do. */
function reads(list: readonly WaitingPlace[]) {
  return ({ limit, after, from = 0, below = Infinity }: WaitingPage) =>
    list.filter(({ expiresAt }) =>
      expiresAt >= from && expiresAt < below &&
      expiresAt > (after?.expiresAt ?? -1)
    ).slice(0, limit);
}

Deno.test("Turns gives what is in time first, each page in its turn, and begins again", () => {
  const turns = new Turns<WaitingPlace>(2);
  const read = reads(waiting(1, 2, 3, 10, 11, 12, 13));
  const next = (at = 10) => turns.next(read, at).map((one) => one.expiresAt);
  deepStrictEqual(next(), [10, 11, 1, 2]);
  deepStrictEqual(next(), [12, 13, 3]);
  deepStrictEqual(next(), [10, 11, 1, 2]);
  // What stood at the turn has run out.
  deepStrictEqual(next(13), [13, 3, 10]);
  deepStrictEqual(turns.next(() => [], 20), []);
  deepStrictEqual(next(20), [1, 2]);
});

/** A node writes what only it, or one that is gone, could do something about. */
async function abandon(mesh: TestMesh, name: string): Promise<void> {
  const { replica } = mesh.node(name);
  const point = "GONE-1" as never;
  const write = (count: number, type: "request" | "command") =>
    mesh.settle(replica.decide((decision) => {
      const { at } = decision;
      for (let i = 0; i < count; i++) {
        const of = { id: decision.newId(), at, site: SITE, point };
        decision.record(
          SPACE,
          type === "request"
            ? {
              ...{ ...of, type: "ChargeRequested", driver: `d${i}` as never },
              ...{ source: "kafka", expiresAt: at + 3_000_000 },
            }
            : {
              ...{ ...of, type: "PointCommanded", command: "stop" },
              ...{ cause: "operator", expiresAt: at + 30_000_000 },
            },
        );
      }
      return ok(null);
    }));
  for (let i = 0; i < 8; i++) {
    await write(ROUTED_LOOKED_MAX / 4, "request");
    await write(COMMANDS_LOOKED_MAX / 4, "command");
  }
}

Deno.test({
  name:
    "requests and commands that nobody can answer any more keep no others waiting, and are ended after a while",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const mesh = await createChargingMesh(21, ["a", "b", "c"]);
    const point = new PlayedPoint("A-1");
    const { charging } = mesh.node("a").useCases;
    await mesh.settle(point.connect(charging));
    await abandon(mesh, "b");
    await mesh.run(2_000);
    mesh.crash("b");

    const other = mesh.node("c").useCases.charging;
    const id = requestId("routed");
    const verdict = await mesh.settle(
      other.request({ id, driver: "417", point: "A-1", source: "kafka" }),
    );
    strictEqual(verdict.words, "Autorizado");
    const given = await mesh.settle(
      other.stop({ point: point.id, cause: "operator" }),
    );
    strictEqual(given.ok, true);
    await mesh.run(3_000);
    deepStrictEqual(point.told, ["authorize 417", "stop"]);

    await mesh.settle(charging.driverQuit("417" as never));
    await mesh.run(ORPHAN_MS + 60_000);
    for (const name of ["a", "c"]) {
      const { reader } = mesh.node(name).replica;
      const page = { limit: 10 };
      deepStrictEqual(unansweredRequests(reader, SITE, page), []);
      deepStrictEqual(waitingCommands(reader, SITE, page), []);
    }
    const denied = other.notifications({ driver: "d7" as never, limit: 1 });
    deepStrictEqual(
      denied.items.map(({ body }) => "reason" in body ? body.reason : body),
      ["DESCONECTADO"],
    );
    await mesh.stop();
  },
});
