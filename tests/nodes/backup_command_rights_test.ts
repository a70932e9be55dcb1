/** What a restored node does about rights: its new log has none, until the node that let it in gives them back. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { runProgram } from "../../nodes/adapters/node_process.ts";
import {
  ask,
  createProcessGroup,
  startPair,
  until,
} from "../support/processes.ts";

Deno.test({
  name:
    "a restored branch sells nothing strict before its rights are reassigned to it, and no unit twice after that",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const { office, branch } = await startPair(group);
    const made = await ask(branch, "/v1/products", {
      product: "honey",
      name: "honey",
      price: { amount: "10.00", currency: "PEN" },
      stock: 10,
      policy: "strict",
    });
    strictEqual(made.status, 201, JSON.stringify(made.body));
    const lines = (quantity: number) => ({
      lines: [{ product: "honey", quantity }],
    });
    const tool = async (...words: string[]) => {
      const { code, stderr } = await runProgram(words, { net: [] });
      strictEqual(code, 0, stderr);
    };
    const onHand = async () =>
      (await ask(office, "/v1/stock/CUS/honey")).body?.onHand;
    strictEqual((await ask(branch, "/v1/sales", lines(3))).status, 201);
    const from = ["--data", group.dataOf("CUS"), "--to", group.dataOf("usb")];
    await tool("backup", ...from);
    // A sale that no backup has, but the office.
    strictEqual((await ask(branch, "/v1/sales", lines(2))).status, 201);
    await until("the office has both", async () => await onHand() === 5);
    await branch.kill();
    const to = ["--from", group.dataOf("usb"), "--data", group.dataOf("new")];
    await tool("restore", ...to);
    const restored = await group.start({
      name: "new",
      site: "CUS",
      more: ["--peer", office.ready.listen[0] ?? ""],
    });
    strictEqual(restored.ready.peer, branch.ready.peer);
    await until(
      "the sale after the backup is back",
      async () =>
        (await ask(restored, "/v1/stock/CUS/honey")).body?.onHand === 5,
    );
    const refused = await ask(restored, "/v1/sales", lines(1));
    deepStrictEqual(
      [refused.status, refused.body.code],
      [409, "rights_insufficient"],
    );

    const { peer } = restored.ready;
    const give = ["mesh", "reassign", "--data", group.dataOf("office")];
    await until("the office knows the new log", async () => {
      const words = [...give, "--peer", peer, "--to", peer];
      return (await runProgram(words, { net: [] })).code === 0;
    });
    await until(
      "the rights are back",
      async () => (await ask(restored, "/v1/sales", lines(4))).status === 201,
    );
    strictEqual((await ask(restored, "/v1/sales", lines(2))).status, 409);
    strictEqual((await ask(restored, "/v1/sales", lines(1))).status, 201);
    await until("nothing is left", async () => await onHand() === 0);
    const { body } = await ask(office, "/v1/incidents");
    ok(
      !body.items.some((it: { kind: string }) => /fork|oversell/.test(it.kind)),
    );
  },
});
