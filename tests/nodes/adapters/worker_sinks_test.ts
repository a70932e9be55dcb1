import { ok, strictEqual } from "node:assert/strict";
import { findPostgres, startPostgres } from "../../support/sink_databases.ts";
import {
  ask,
  createProcessGroup,
  receive,
  sell,
  until,
} from "../../support/processes.ts";

const programs = findPostgres();
const SALES = 30;

Deno.test({
  name:
    "a node that is killed while it feeds a database goes on where the database says",
  ignore: programs === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const server = await startPostgres(programs ?? "");
    await using group = await createProcessGroup();
    const url = new URL(server.url);
    const file = `${group.folder}/sink-password`;
    await Deno.writeTextFile(file, `${url.password}\n`);
    url.password = "";
    url.searchParams.set("password-file", file);
    const options = {
      name: "CUS",
      site: "CUS",
      more: ["--sink", url.href],
    };
    try {
      let node = await group.start(options);
      await receive(node);
      for (let life = 1; life <= 3; life++) {
        for (let i = 0; i < SALES; i++) await sell(node, 1);
        ok((await node.kill()).code !== 0);
        node = await group.start(options);
      }
      await sell(node, 1);
      const count = async () => {
        const [row] = await server.query(
          "select count(*) as sales, count(distinct id) as ids from panal.sales",
        ).catch(() => []);
        return row;
      };
      await until(
        "the database has every sale once",
        async () => (await count())?.["sales"] === 3 * SALES + 1,
        async () => [await count(), (await ask(node, "/v1/sinks")).body],
      );
      strictEqual((await count())?.["ids"], 3 * SALES + 1);
      const { body } = await ask(node, "/v1/sinks");
      strictEqual(
        body.items[0].name,
        `postgres://127.0.0.1:${url.port}/postgres`,
      );
      await until("it follows", async () => {
        const [sink] = (await ask(node, "/v1/sinks")).body.items;
        return sink.state === "following" && sink.lagFacts === 0;
      });
      ok(!JSON.stringify(body).includes("secret"));
      const { stderr } = await node.stop();
      ok(!stderr.includes("sink-secret"));
    } finally {
      await server.stop();
    }
  },
});
