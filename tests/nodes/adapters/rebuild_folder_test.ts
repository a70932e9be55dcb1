import { rejects, strictEqual } from "node:assert/strict";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { openDataFolder } from "../../../nodes/adapters/data_folder.ts";
import { initMesh } from "../../../nodes/adapters/mesh_folder.ts";
import { openFolderStore } from "../../../nodes/adapters/rebuild_folder.ts";
import { openSqliteStore } from "../../../nodes/adapters/sqlite_store.ts";
import { META, NODE_TABLES, SCHEMA_VERSION } from "../../../nodes/tables.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const random = createSeededRandom(1);

async function withFolder(body: (path: string) => Promise<void>) {
  const path = await Deno.makeTempDir();
  try {
    await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("openFolderStore() refuses a folder without a node, and makes nothing", async () => {
  await withFolder(async (path) => {
    await rejects(openFolderStore(path, random), { code: "config_invalid" });
    const entries = await Array.fromAsync(Deno.readDir(path));
    strictEqual(entries.length, 0);
    (await openDataFolder(path, { random })).close();
    await rejects(openFolderStore(path, random), { code: "config_invalid" });
  });
});

Deno.test("openFolderStore() opens the store of a folder, and nobody else may meanwhile", async () => {
  await withFolder(async (path) => {
    const folder = await openDataFolder(path, { random });
    const clock = createVirtualClock(0);
    await initMesh(folder, { roles: ["office"], site: null, clock, random });
    const options = { tables: NODE_TABLES, version: SCHEMA_VERSION };
    const store = openSqliteStore(folder.databasePath, options);
    store.write((writer) => writer.put(META, { name: "a", value: "b" }));
    store.close();
    await rejects(openFolderStore(path, random), {
      code: "data_folder_locked",
    });
    folder.close();
    const open = await openFolderStore(path, random);
    strictEqual(open.store.get(META, ["a"])?.["value"], "b");
    await rejects(openDataFolder(path, { random }), {
      code: "data_folder_locked",
    });
    await open.close();
    (await openDataFolder(path, { random })).close();
  });
});
