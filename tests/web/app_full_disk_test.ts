/** A node on a real store whose disk fills up, as its customers see it. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { ED25519, parseSiteCode } from "../../crdt/mod.ts";
import { openSqliteStore } from "../../nodes/adapters/sqlite_store.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { createNode, type PanalNode } from "../../nodes/node.ts";
import { NODE_TABLES, SCHEMA_VERSION } from "../../nodes/tables.ts";
import { createApp } from "../../web/app.ts";
import { testCertificate } from "../support/test_node.ts";

const LIST_MAX = 1000;

/** A node with a key of its own that can be started again on the same file. */
function nodeMaker(path: string) {
  const random = createSystemRandom();
  const [root, signer] = [1, 2].map(() => ED25519.signer(random.bytes(32)));
  if (root === undefined || signer === undefined) throw new RangeError("key");
  const site = parseSiteCode("CUS") ?? null;
  return (maxPages?: number): PanalNode =>
    createNode({
      openStore: () =>
        openSqliteStore(path, {
          tables: NODE_TABLES,
          version: SCHEMA_VERSION,
          ...(maxPages === undefined ? {} : { maxPages }),
        }),
      clock: createSystemClock(),
      random,
      signer,
      signatures: ED25519,
      root: root.publicKey,
      certificate: testCertificate(root, signer.publicKey, site, ["branch"]),
      logger: { log: () => {} },
      settings: {
        site,
        roles: ["branch"],
        currency: "PEN",
        timezone: "America/Lima",
      },
    });
}

function clientOf(node: PanalNode) {
  const app = createApp(node.useCases, {
    clock: createSystemClock(),
    requireSignIn: false,
  });
  return async (path: string, body?: unknown) => {
    const response = await app.request(path, {
      ...(body === undefined ? {} : {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    return { response, body: await response.json() };
  };
}

Deno.test("POST /v1/sales answers 503 on a full disk, loses nothing that it acknowledged, and goes on with room", async () => {
  const folder = await Deno.makeTempDir({ prefix: "panal-full-" });
  const make = nodeMaker(join(folder, "node.db"));
  const sale = (note: string) => ({
    lines: [{ product: "honey", quantity: 1 }],
    note,
  });
  try {
    const full = make(400);
    await full.start();
    const ask = clientOf(full);
    const product = { product: "honey", name: "Honey", price: "12.50" };
    await ask("/v1/products", { ...product, stock: 1_000_000 });

    const acknowledged: string[] = [];
    let refused = await ask("/v1/sales", sale("first"));
    while (refused.response.status === 201) {
      acknowledged.push(refused.body.id);
      refused = await ask("/v1/sales", sale("x".repeat(200)));
    }

    const { response, body } = refused;
    deepStrictEqual([response.status, body.code], [503, "store_full"]);
    match(body.detail, /full/);
    ok(Number(response.headers.get("retry-after")) > 0);
    ok(acknowledged.length > 10, `${acknowledged.length} sales`);
    const listed = (await ask(`/v1/sales?limit=${LIST_MAX}`)).body;
    deepStrictEqual(
      listed.items.map(({ id }: { id: string }) => id).sort(),
      acknowledged.toSorted().slice(0, LIST_MAX),
    );
    await full.stop();

    const roomy = make();
    await roomy.start();
    const again = clientOf(roomy);
    const { body: totals } = await again("/v1/totals");
    strictEqual(totals.count, acknowledged.length);
    for (const id of acknowledged) {
      strictEqual((await again(`/v1/sales/${id}`)).response.status, 200);
    }
    const after = await again("/v1/sales", sale("after"));
    strictEqual(after.response.status, 201);
    await roomy.stop();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
