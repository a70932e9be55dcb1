import { deepStrictEqual, throws } from "node:assert/strict";
import { parseDemoArgs } from "../../../nodes/demo/options.ts";

Deno.test("parseDemoArgs() runs until Ctrl-C in ./data/demo unless told otherwise", () => {
  deepStrictEqual(parseDemoArgs([]), {
    kind: "run",
    options: { dataDir: "./data/demo", seconds: null },
  });
  deepStrictEqual(parseDemoArgs(["--data", "x", "--seconds=5"]), {
    kind: "run",
    options: { dataDir: "x", seconds: 5 },
  });
  deepStrictEqual(parseDemoArgs(["-h"]), { kind: "help" });
});

Deno.test("parseDemoArgs() refuses words, other options and odd times", () => {
  for (
    const args of [
      ["x"],
      ["--http", "x"],
      ["--seconds", "0"],
      ["--seconds", "1.5"],
      ["--seconds", "99999"],
    ]
  ) throws(() => parseDemoArgs(args), { code: "config_invalid" });
});
