import { strictEqual, throws } from "node:assert/strict";
import { NOTICE_LISTENERS_MAX } from "../../../nodes/charging/charging_notices.ts";
import {
  createChargingNode,
  PlayedPoint,
  PlayedSite,
} from "../../support/charging_node.ts";

Deno.test("listen() refuses more listeners than it may have, instead of telling them nothing", async () => {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const all = Array.from(
    { length: NOTICE_LISTENERS_MAX },
    () => charging.listen(() => {}),
  );
  throws(() => charging.listen(() => {}), { code: "overloaded" });
  all[0]?.();
  const site = new PlayedSite(charging);
  await new PlayedPoint("SEV-07").connect(charging);
  await site.request("417", "SEV-07");
  strictEqual(site.told.join(), "AUTH_OK SEV-07 417");
  throws(() => charging.listen(() => {}), { code: "overloaded" });
  await node.stop();
});
