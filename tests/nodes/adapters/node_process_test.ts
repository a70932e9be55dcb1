import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  parseReadyLine,
  runProgram,
  startNodeProcess,
} from "../../../nodes/adapters/node_process.ts";

Deno.test("runProgram() gives what a command wrote, and its exit code", async () => {
  const help = await runProgram(["mesh", "--help"], { net: [] });
  const wrong = await runProgram(["mesh", "invent"], { net: [] });

  strictEqual(help.code, 0);
  match(help.stdout, /deno task mesh init/);
  strictEqual(wrong.code, 2);
  match(wrong.stderr, /invent/);
});

Deno.test("startNodeProcess() lets a node reach only what it names, and keeps its log", async () => {
  const folder = await Deno.makeTempDir({ prefix: "panal-process-" });
  const logPath = join(folder, "node.log");
  const peer = "/ip4/127.0.0.1/tcp/9";
  try {
    const started = await startNodeProcess([
      ...["branch", "--site", "CUS", "--data", join(folder, "CUS")],
      ...["--http", "127.0.0.1:0", "--surface", "inventory-branch=off"],
      ...["--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns", "--peer", peer],
      ...["--log-level", "debug"],
    ], { net: ["127.0.0.1:0"], logPath });
    ok(started.ok);
    const { ready, stop, ended } = started.value;
    match(ready.http, /^http:\/\/127\.0\.0\.1:\d+$/);
    const refused = /Requires net access to \\"127\.0\.0\.1:9\\"/;
    while (!refused.test(await Deno.readTextFile(logPath))) {
      await (await fetch(`${ready.http}/v1/health`)).text();
    }
    strictEqual((await stop()).code, 0);
    strictEqual((await ended).signal, null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("startNodeProcess() ends a node that is not ready when its signal aborts", async () => {
  const folder = await Deno.makeTempDir({ prefix: "panal-process-" });
  const started = await startNodeProcess(
    ["office", "--data", join(folder, "office"), "--http", "127.0.0.1:0"],
    { signal: AbortSignal.abort() },
  );

  ok(!started.ok);
  strictEqual(started.error.signal, "SIGKILL");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("parseReadyLine() reads no other line", () => {
  for (const text of ["", "{}", "null", '{"ready":true}', "[1]"]) {
    strictEqual(parseReadyLine(text), undefined);
  }
});
