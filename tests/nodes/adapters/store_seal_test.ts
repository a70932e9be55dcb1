import { strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  breakSeal,
  checkSeal,
  sealStore,
} from "../../../nodes/adapters/store_seal.ts";

async function withStore(body: (path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "node.db");
    await Deno.writeFile(path, new Uint8Array(2_000_000).fill(7));
    await body(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkSeal() tells a store that was changed from one that was not", async () => {
  await withStore(async (path) => {
    strictEqual(await checkSeal(path), "unsealed");
    await sealStore(path);
    strictEqual(await checkSeal(path), "right");
    for (const at of [0, 1_048_576, 1_999_999]) {
      const bytes = new Uint8Array(2_000_000).fill(7);
      bytes[at] = 6;
      await Deno.writeFile(path, bytes);
      strictEqual(await checkSeal(path), "changed", `byte ${at}`);
    }
    await Deno.writeFile(path, new Uint8Array(2_000_000).fill(7));
    strictEqual(await checkSeal(path), "right");
    await Deno.writeFile(`${path}-wal`, Uint8Array.of(1));
    strictEqual(await checkSeal(path), "changed");
  });
});

Deno.test("breakSeal() takes the seal away, and a store that is gone is changed", async () => {
  await withStore(async (path) => {
    await sealStore(path);
    await Deno.remove(path);
    strictEqual(await checkSeal(path), "changed");
    await breakSeal(path);
    strictEqual(await checkSeal(path), "unsealed");
    await breakSeal(path);
  });
});
