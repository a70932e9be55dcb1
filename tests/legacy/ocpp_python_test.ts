/**
 * A charger that we did not write: the PyPI package `ocpp` over `websockets`, against a node as a process. Where Python or
 * the packages cannot be had, this says so and passes.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  ask,
  createProcessGroup,
  type ProcessGroup,
} from "../support/processes.ts";

/** How long an environment may take to be made, in milliseconds. */
const INSTALL_MS = 120_000;
/** How long the charger may take, in milliseconds. */
const RUN_MS = 60_000;
const PACKAGES = ["ocpp==2.1.0", "websockets==17.4"];
const SCRIPT = new URL("../support/data/ocpp_charger.py", import.meta.url);

async function run(
  program: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ readonly code: number; readonly text: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const command = new Deno.Command(program, {
      args: [...args],
      stdout: "piped",
      stderr: "piped",
      signal,
    });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout) + decoder.decode(stderr);
    return { code, text: signal.aborted ? `${text}\n(too late)` : text };
  } catch (error) {
    return { code: -1, text: String(error) };
  }
}

/** The interpreter of a new environment with the packages; undefined if there cannot be one, which is printed. */
async function makeEnvironment(folder: string): Promise<string | undefined> {
  const python = join(folder, "bin", "python");
  const made = await run("python3", ["-m", "venv", folder], INSTALL_MS);
  const installed = made.code === 0
    ? await run(
      python,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        .concat(PACKAGES),
      INSTALL_MS,
    )
    : made;
  if (installed.code === 0) return python;
  const reason = installed.text.trim().split("\n").at(-1) ?? "";
  // deno-lint-ignore no-console -- whoever reads the log is to know that nothing was shown
  console.log(`SKIPPED: no charger of the package ocpp: ${reason}`);
  return undefined;
}

async function startNode(group: ProcessGroup) {
  const node = await group.run([
    ...["charging", "--site", "MAD", "--data", group.dataOf("mad")],
    ...["--surface", "charging=off"],
    ...["--surface", "charging-ocpp=127.0.0.1:0"],
    ...["--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"],
    ...["--no-mdns", "--log-level", "error", "--currency", "EUR"],
  ]);
  const url = node.ready.surfaces["charging-ocpp"] ?? "";
  match(url, /^ws:\/\/127\.0\.0\.1:\d+$/);
  return { node, url };
}

interface Line {
  readonly step: string;
  readonly [field: string]: unknown;
}

Deno.test({
  name:
    "a charger of the Python package ocpp charges, is started and stopped, reset and configured",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using group = await createProcessGroup();
    const python = await makeEnvironment(join(group.folder, "python"));
    if (python === undefined) return;
    const { node, url } = await startNode(group);
    const said = await run(
      python,
      [SCRIPT.pathname, `${url}/ocpp`, node.ready.http],
      RUN_MS,
    );
    strictEqual(said.code, 0, said.text);
    const lines = said.text.trim().split("\n").filter((it) =>
      it.startsWith("{")
    ).map((it) => JSON.parse(it) as Line);
    const step = (name: string) => lines.find((it) => it.step === name);
    strictEqual(step("boot")?.["status"], "Accepted");
    strictEqual(step("authorize")?.["status"], "Accepted");
    strictEqual(step("start")?.["status"], "Accepted");
    ok(Number(step("start")?.["transaction"]) > 0);
    deepStrictEqual(step("remote start")?.["tag"], "418");
    ok(Number(step("remote stop")?.["transaction"]) > 0);
    deepStrictEqual(step("reset")?.["type"], "Soft");
    deepStrictEqual(step("configure")?.["key"], "HeartbeatInterval");
    const sessions = await ask(node, "/v1/charging-sessions?point=PY-01");
    const { items } = sessions.body as {
      readonly items: readonly Record<string, unknown>[];
    };
    deepStrictEqual(
      items.map((it) => [it["driver"], it["outcome"], it["energyWh"]])
        .toSorted(),
      [["417", "completed", 3000], ["418", "completed", 500]],
    );
  },
});
