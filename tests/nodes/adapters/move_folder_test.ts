/** A node that is moved goes on elsewhere with its rights; its old folder never starts again. */
import { match, strictEqual } from "node:assert/strict";
import { BACKUP_TOOLS } from "../../../nodes/adapters/backup_tools.ts";
import { makeBranchFolder } from "../../support/branch_folder.ts";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
  until,
} from "../../support/processes.ts";

async function tool(name: keyof typeof BACKUP_TOOLS, ...args: string[]) {
  const out = { stdout: "", stderr: "" };
  const code = await BACKUP_TOOLS[name](args, {
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
  });
  return { code, ...out };
}

async function sellAt(group: ProcessGroup, name: string, quantity: number) {
  const node = await group.start({ name, site: "CUS" });
  const lines = [{ product: "honey", quantity }];
  return { node, sell: () => ask(node, "/v1/sales", { lines }) };
}

Deno.test({
  name:
    "a moved node sells its strict stock elsewhere, once; its old folder never starts again",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const at = (name: string) => group.dataOf(name);
    const past = { stock: 10, sales: 2, strict: true };
    await makeBranchFolder(at("old"), past);
    const words = ["--data", at("old"), "--to", at("usb")];
    strictEqual((await tool("backup", ...words)).code, 0);
    const moved = await tool("move", ...words);
    strictEqual(moved.code, 0, moved.stderr);
    match(moved.stdout, /Rights of 1 bounds go along\. The folder is sealed/);

    const refused = await group.refuse(
      group.args({ name: "old", site: "CUS" }),
    );
    strictEqual(refused.code, 2);
    match(refused.stderr, /was moved to another machine/);
    match((await tool("backup", ...words)).stderr, /was moved/);
    // Run again, it only completes what might have been cut off.
    const again = await tool("move", ...words);
    strictEqual(again.code, 0, again.stderr);
    match(again.stdout, /: 0 commits copied/);

    const restore = (name: string, ...more: string[]) =>
      tool("restore", "--from", at("usb"), "--data", at(name), ...more);
    const first = await restore("new");
    strictEqual(first.code, 0, first.stderr);
    match(first.stdout, /Rights that the old logs held came along/);
    const second = await restore("copy");
    strictEqual(second.code, 2);
    match(second.stderr, /the node was moved, and goes on in/);

    const { node, sell } = await sellAt(group, "new", 5);
    await until(
      "the rights are taken over",
      async () => (await sell()).status === 201,
    );
    const { body } = await ask(node, "/v1/stock/CUS/honey");
    strictEqual(body.onHand, 3);
    strictEqual((await sell()).status, 409);
    await node.stop();

    // A second copy has no rights, whatever the first one did.
    strictEqual((await restore("copy", "--again")).code, 0);
    const copy = await sellAt(group, "copy", 1);
    strictEqual((await copy.sell()).body.code, "rights_insufficient");
  },
});
