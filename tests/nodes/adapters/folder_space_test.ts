import { strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createFolderSpace } from "../../../nodes/adapters/folder_space.ts";

Deno.test("createFolderSpace() counts files in inner folders, and what the disk has left", async () => {
  const path = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(path, "node.db"), new Uint8Array(1000));
    await Deno.mkdir(join(path, "statements"));
    await Deno.writeFile(join(path, "statements", "a"), new Uint8Array(24));
    const { folderBytes, freeBytes } = await createFolderSpace(path)();

    strictEqual(folderBytes, 1024);
    strictEqual((freeBytes ?? 0) > 0, true);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
  const none = await createFolderSpace(join(path, "gone"))();
  strictEqual(none.folderBytes, null);
});
