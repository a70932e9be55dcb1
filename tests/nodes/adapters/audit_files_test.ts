import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { createAuditFiles } from "../../../nodes/adapters/audit_files.ts";

const files = createAuditFiles(createSeededRandom(1));

Deno.test("writeBundle() makes a file, leaves one alone that is there, and leaves no half", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.bundle");
    const pieces = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    strictEqual(await files.writeBundle(path, pieces), 3);
    deepStrictEqual(await files.readBundle(path), Uint8Array.of(1, 2, 3));
    await rejects(files.writeBundle(path, pieces), { code: "config_invalid" });
    deepStrictEqual(await files.readBundle(path), Uint8Array.of(1, 2, 3));

    const broken = (function* () {
      yield Uint8Array.of(1);
      throw new TypeError("no more");
    })();
    const half = join(folder, "b.bundle");
    await rejects(files.writeBundle(half, broken));
    await rejects(files.readBundle(half), { code: "config_invalid" });
    const nowhere = join(folder, "none", "c.bundle");
    await rejects(files.writeBundle(nowhere, pieces), {
      code: "config_invalid",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readBundle() refuses what is no file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await rejects(files.readBundle(folder), { code: "config_invalid" });
  } finally {
    await Deno.remove(folder);
  }
});
