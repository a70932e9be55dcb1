import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { makeStamp, type SpaceId } from "../../../crdt/mod.ts";
import { createReadings } from "../../../nodes/use_cases/readings.ts";
import { createDrawer } from "../../../nodes/tills/drawer.ts";
import type { NodeInfo } from "../../../nodes/use_cases.ts";
import { createInvariantCounter } from "../../../nodes/use_cases/invariants.ts";
import { openBareReplica } from "../../support/bare_replica.ts";
import { createForger, ForgedLog } from "../../support/forged_log.ts";

Deno.test("facts() lists whatever stands where a fact should be", async () => {
  const forger = createForger("a");
  const { replica, clock } = openBareReplica(forger);
  const log = new ForgedLog(createForger("b"), "site:CUS" as SpaceId);
  log.add({ stamp: makeStamp(1, 0), facts: [null, 7, "text", [], { id: 3 }] });
  const taken = replica.take(log.run(1, 1));
  await clock.run(1);
  strictEqual((await taken).kind, "taken");
  const { facts } = createReadings({
    node: {} as NodeInfo,
    replica,
    invariants: createInvariantCounter(),
    askRights: () => Promise.resolve(false),
    drawer: createDrawer(replica, null),
  });
  const { items } = facts({ limit: 10 });
  deepStrictEqual(items.map(({ status, reason }) => [status, reason]), [
    ["set_aside", "malformed"],
    ["set_aside", "malformed"],
    ["set_aside", "malformed"],
    ["set_aside", "malformed"],
    ["set_aside", "malformed"],
  ]);
  deepStrictEqual(items[1]?.fact, { value: 7 });
  replica.stop();
});
