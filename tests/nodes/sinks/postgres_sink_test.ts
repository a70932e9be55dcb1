import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { findPostgres, startPostgres } from "../../support/sink_databases.ts";
import {
  caughtUp,
  checkEqual,
  createSinkNode,
  feed,
  runCheck,
  until,
} from "../../support/sink_node.ts";

const programs = findPostgres();

// What a machine without the server does not try, PGlite does in `postgres_sink_pglite_test.ts`.
Deno.test({
  name:
    "a real PostgreSQL holds exactly the rows of the node's views, whatever happens to it",
  ignore: programs === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const server = await startPostgres(programs ?? "");
    const node = await createSinkNode();
    await node.sell(300);
    const incidents: string[] = [];
    const incident = (message: string) => void incidents.push(message);
    let runner = feed(node, server.database, { incident });
    try {
      await t.step("it is loaded by COPY, then follows", async () => {
        runner.start();
        await caughtUp(runner, node);
        await checkEqual(node, server);
        await node.sell(500);
        await caughtUp(runner, node);
        await checkEqual(node, server);
        const [row] = await server.query(
          "select count(*) as lines, sum(quantity) as quantity from panal.sale_lines",
        );
        strictEqual(Number(row?.["lines"]), 800);
      });

      await t.step("killed and started again while it is fed", async () => {
        const selling = node.sell(400);
        await server.kill();
        await selling;
        await node.sell(100);
        await until(() => runner.view.state === "failing", "it fails");
        match(String(runner.view.error?.message), /cannot be reached/);
        ok(!JSON.stringify(runner.view).includes("sink-secret"));
        await server.restart();
        await caughtUp(runner, node);
        await checkEqual(node, server);
      });

      await t.step(
        "it stands still: sales go on, and it catches up",
        async () => {
          server.freeze(true);
          await node.sell(100);
          strictEqual(runner.view.state, "following");
          await until(() => runner.view.lagFacts === 100, "it lacks 100 facts");
          server.freeze(false);
          await caughtUp(runner, node);
          await checkEqual(node, server);
        },
      );

      await t.step("its feeder is cut off again and again", async () => {
        await runner.stop();
        for (let i = 0; i < 6; i++) {
          const brief = feed(node, server.database);
          brief.start();
          await node.sell(40);
          await new Promise((done) => setTimeout(done, i * 30));
          await brief.stop();
        }
        runner = feed(node, server.database, { incident });
        runner.start();
        await caughtUp(runner, node);
        await checkEqual(node, server);
      });

      await t.step("it takes no writes for a while", async () => {
        await server.query(
          "alter database postgres set default_transaction_read_only = on",
        );
        await server.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'panal' and pid <> pg_backend_pid()",
        ).catch(() => {});
        await node.sell(2);
        await until(
          () => /25006/.test(runner.view.error?.message ?? ""),
          "it is read only",
        );
        match(runner.view.error?.remedy ?? "", /take writes/);
        await server.query(
          "begin read write; alter database postgres set default_transaction_read_only = off; commit",
        );
        await server.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'panal' and pid <> pg_backend_pid()",
        ).catch(() => {});
        await caughtUp(runner, node);
        await checkEqual(node, server);
      });

      await t.step("sink-check finds what somebody changed", async () => {
        const check = () => runCheck(node, server);
        const right = await check();
        strictEqual(right.code, 0, right.text);
        await server.query(
          "update panal.stock set sold = sold + 1 where site = 'CUS'",
        );
        await server.query(
          "delete from panal.facts where kind = 'StockCounted'",
        );
        const wrong = await check();
        strictEqual(wrong.code, 1);
        match(wrong.text, /different in the sink: CUS - \["CUS","honey"\]/);
        match(wrong.text, /missing in the sink: CUS/);
        match(wrong.text, /differs in facts, stock/);
        await server.query("drop table panal.stock");
        await node.sell(1);
        await caughtUp(runner, node);
        strictEqual((await check()).code, 0);
      });

      await t.step("a void takes what it voids out of sums", async () => {
        const [sale] = node.useCases.sales({ limit: 1 }).items;
        ok(sale !== undefined);
        ok(
          (await node.useCases.voidSale({ sale: sale.id, reason: "error" })).ok,
        );
        await caughtUp(runner, node);
        await checkEqual(node, server);
      });

      await t.step("a lost table is made again and loaded anew", async () => {
        await server.query("drop table panal.sales cascade");
        await node.sell(3);
        await caughtUp(runner, node);
        await checkEqual(node, server);
      });

      await t.step("everything lost", async () => {
        await server.query("drop schema panal cascade");
        await node.sell(3);
        await caughtUp(runner, node);
        await checkEqual(node, server);
      });

      await t.step("a row that is refused stops it, and is named", async () => {
        const rows = Number(
          (await server.query("select max(total) as most from panal.sales"))[0]
            ?.["most"],
        );
        await server.query(
          `alter table panal.sales add constraint cheap check (total <= ${rows})`,
        );
        await node.sell(5);
        const dear = await node.useCases.recordSale({
          lines: [{ product: "honey" as never, quantity: 99 }],
        });
        ok(dear.ok);
        await until(() => runner.view.state === "stopped", "it stops");
        const { error } = runner.view;
        match(error?.message ?? "", /23514/);
        match(error?.message ?? "", new RegExp(dear.value.sale.id));
        match(error?.remedy ?? "", /constraint/);
        strictEqual(incidents.length, 1);
        await server.query("alter table panal.sales drop constraint cheap");
        await runner.stop();
      });

      await t.step("another start goes on where it was", async () => {
        const again = feed(node, server.database);
        again.start();
        await caughtUp(again, node);
        await checkEqual(node, server);
        ok(again.view.rows < 100, `only ${again.view.rows} rows were sent`);
        await again.stop();
      });

      await t.step("a second node has rows of its own", async () => {
        const other = await createSinkNode();
        await other.sell(10);
        const second = feed(other, server.database, { peer: "second" });
        second.start();
        await caughtUp(second, other);
        await checkEqual(other, server, "second");
        await checkEqual(node, server);
        await second.stop();
        await other.stop();
        const feeds = await server.query(
          "select peer from panal.feeds order by feed",
        );
        deepStrictEqual(feeds.map((row) => row["peer"]), [
          "12D3KooWtest",
          "second",
        ]);
      });
    } finally {
      await runner.stop();
      await node.stop();
      await server.stop();
    }
  },
});
