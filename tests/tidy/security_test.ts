/** What SECURITY.md says of bounds against the source. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { listFiles, PROJECT_URL } from "./source_path.ts";

const ROW = /^\| `([A-Z_]+)` +\| (\d+) +\|/gm;

Deno.test("each bound of SECURITY.md is in the source, with that value", async () => {
  const text = await Deno.readTextFile(new URL("SECURITY.md", PROJECT_URL));
  const said = [...text.matchAll(ROW)].map(([, name = "", value = ""]) =>
    `${name} = ${value}`
  );
  ok(said.length > 10, "the table was read");
  const found = new Set<string>();
  for (const path of await listFiles()) {
    if (!/^(nodes|net|web)\/.*\.ts$/.test(path)) continue;
    const source = await Deno.readTextFile(new URL(path, PROJECT_URL));
    const constants = source.matchAll(/^export const ([A-Z_]+) = ([\d_]+);$/gm);
    for (const [, name = "", value = ""] of constants) {
      found.add(`${name} = ${value.replaceAll("_", "")}`);
    }
  }
  deepStrictEqual(said.filter((bound) => !found.has(bound)), []);
});
