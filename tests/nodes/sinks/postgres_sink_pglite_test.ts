import { strictEqual } from "node:assert/strict";
import { startPglite } from "../../support/sink_databases.ts";
import {
  caughtUp,
  checkEqual,
  createSinkNode,
  feed,
} from "../../support/sink_node.ts";

Deno.test({
  name:
    "PGlite behind its socket, which has no COPY, holds exactly the rows of the node's views",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const engine = await startPglite();
    const node = await createSinkNode();
    await node.sell(60);
    const runner = feed(node, engine.database);
    try {
      runner.start();
      await caughtUp(runner, node);
      await checkEqual(node, engine);
      const [sale] = node.useCases.sales({ limit: 1 }).items;
      strictEqual(
        (await node.useCases.voidSale({ sale: sale?.id as never, reason: "" }))
          .ok,
        true,
      );
      await node.sell(40);
      await caughtUp(runner, node);
      await checkEqual(node, engine);
      // Statements that were cut off leave nothing behind.
      await runner.stop();
      await engine.query("drop table panal.sales cascade");
      const again = feed(node, engine.database);
      again.start();
      await caughtUp(again, node);
      await checkEqual(node, engine);
      await again.stop();
    } finally {
      await runner.stop();
      await node.stop();
      await engine.stop();
    }
  },
});
