import { deepStrictEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { readMetricsToken } from "../../../nodes/adapters/metrics_token.ts";

Deno.test("readMetricsToken() takes a token of one line, and tells nobody what else was there", async () => {
  const folder = await Deno.makeTempDir();
  const tokenFile = join(folder, "token");
  const read = () => readMetricsToken({ isMeasured: true, tokenFile });
  try {
    deepStrictEqual(await readMetricsToken({ isMeasured: true }), {});
    await rejects(read, /--metrics-token-file cannot be read/);
    await Deno.writeTextFile(tokenFile, "0123456789abcdef\n");
    deepStrictEqual(await read(), { metricsToken: "0123456789abcdef" });
    for (
      const bad of ["too-short", "has spaces in its middle", "ñandú".repeat(9)]
    ) {
      await Deno.writeTextFile(tokenFile, bad);
      await rejects(read, (error: Error) => !String(error.stack).includes(bad));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
