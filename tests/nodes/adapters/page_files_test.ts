import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { readPageFiles } from "../../../nodes/adapters/page_files.ts";

const NAMES = ["app.js", "style.css", "icon.svg", "sw.js"];

async function withFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "panal-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writePages(folder: string): Promise<void> {
  for (const name of NAMES) await Deno.writeTextFile(join(folder, name), name);
  await Deno.writeTextFile(join(folder, "app.js.br"), "smaller");
  await Deno.writeTextFile(
    join(folder, "assets.json"),
    JSON.stringify(NAMES.map((name) => ({
      name,
      path: `/assets/${name}`,
      type: "text/plain",
      hash: "00",
      file: name,
      imports: [],
    }))),
  );
}

Deno.test("readPageFiles() reads the listed files, and their smaller forms where there are any", () =>
  withFolder(async (folder) => {
    await writePages(folder);

    const read = await readPageFiles(folder);

    ok(read.ok);
    const text = (bytes?: Uint8Array) =>
      bytes && new TextDecoder().decode(bytes);
    deepStrictEqual(
      read.value.map(({ name, body, br, gzip }) => [
        name,
        ...[body, br, gzip].map(text),
      ]),
      NAMES.map((name) => [
        name,
        name,
        name === "app.js" ? "smaller" : undefined,
        undefined,
      ]),
    );
  }));

Deno.test("readPageFiles() says why there are no pages, and does not throw", () =>
  withFolder(async (folder) => {
    const missing = await readPageFiles(folder);
    await writePages(folder);
    await Deno.remove(join(folder, "style.css"));
    const incomplete = await readPageFiles(folder);
    await Deno.writeTextFile(join(folder, "assets.json"), "[");
    const damaged = await readPageFiles(folder);

    for (const read of [missing, incomplete, damaged]) {
      strictEqual(read.ok, false);
      strictEqual(typeof read.error, "string");
    }
  }));
