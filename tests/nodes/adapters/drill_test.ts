import { match, strictEqual } from "node:assert/strict";
import { runDrill } from "../../../nodes/adapters/drill.ts";

async function drill(...args: string[]) {
  const out = { stdout: "", stderr: "" };
  const code = await runDrill(args, {
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    signal: new AbortController().signal,
  });
  return { code, ...out };
}

Deno.test("a branch that is backed up while it sells, killed and restored has the same books, and sells on", async () => {
  const { code, stdout, stderr } = await drill("--sales", "40");
  strictEqual(code, 0, stderr);
  match(stdout, /every view is that of the folder that died/);
  match(stdout, /The drill has passed: the books are equal\.\n$/);
  match(stderr, /backup 2 in .*of a running node/);
});

Deno.test("runDrill() explains itself, and refuses other options", async () => {
  match((await drill("--help")).stdout, /deno task drill/);
  for (const args of [["now"], ["--sales", "3"], ["--sales", "x"]]) {
    const { code, stderr } = await drill(...args);
    strictEqual(code, 2);
    match(stderr, /^drill: [^\n]+\n$/);
  }
});
