import { strictEqual } from "node:assert/strict";

const FOLDER = new URL(".", import.meta.url);

Deno.test("there are at least 75 cases of what OCPP points may do, and 40 of what they may not", async () => {
  let [positive, negative] = [0, 0];
  const names: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!/^ocpp_\w+_test\.ts$/.test(name)) continue;
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    for (
      const [, kind, title] of text.matchAll(/^(posi|nega)tive\(\s*"(.+?)",/gm)
    ) {
      if (kind === "posi") positive++;
      else negative++;
      names.push(title ?? "");
    }
  }
  strictEqual(positive >= 75, true, `${positive} positive cases`);
  strictEqual(negative >= 40, true, `${negative} negative cases`);
  strictEqual(new Set(names).size, names.length, "names stand once");
});
