/**
 * The dashboard and the alerts of `ops/` against what a real node answers: they are looked at on a bad day, and a name
 * that is not there would keep silent.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { createProcessGroup } from "../support/processes.ts";

const OPS = new URL("../../ops/", import.meta.url);
/** Shown by Prometheus itself. */
const OF_PROMETHEUS = ["up"];
const NAME = /\b(?:panal|process)_[a-z0-9_]+|\bup\b/g;
const LABELS_MISTAKEN = /\{[^}]*\}/g;

const dashboardSchema = z.object({
  uid: z.string(),
  panels: z.array(z.object({
    id: z.int(),
    title: z.string().min(1),
    type: z.enum(["row", "stat", "timeseries"]),
    gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
    targets: z.array(z.object({ expr: z.string().min(1) })).default([]),
  })),
});

/** An alert as its file says it. */
interface Alert {
  readonly name: string;
  readonly text: string;
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, OPS));
}

async function readAlerts(): Promise<Alert[]> {
  const [, ...blocks] = (await read("prometheus/alerts.yml"))
    .split(/^ +- alert: /m);
  return blocks.map((text) => ({ name: text.split("\n", 1)[0] ?? "", text }));
}

async function readDashboard() {
  return dashboardSchema.parse(JSON.parse(await read("grafana/panal.json")));
}

/** Names of families in an expression. */
function namesIn(expression: string): string[] {
  return expression.replaceAll(LABELS_MISTAKEN, "").match(NAME) ?? [];
}

/** Runs a tool; undefined where it is not installed. */
async function runTool(
  command: string,
  args: readonly string[],
  input?: string,
): Promise<{ readonly code: number; readonly said: string } | undefined> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      cwd: fileURLToPath(new URL("prometheus/", OPS)),
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input ?? "")).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function hasPromtool(): Promise<boolean> {
  return await runTool("promtool", ["--version"]) !== undefined;
}

/** Runs promtool, which must find no fault. */
async function mustTake(args: readonly string[], input?: string) {
  const { code = -1, said = "" } = await runTool("promtool", args, input) ?? {};
  strictEqual(code, 0, said);
}

Deno.test("each alert and panel names families that a real node shows, and promtool finds no fault in them", async () => {
  await using group = await createProcessGroup();
  const node = await group.run([
    ...["branch+charging", "--site", "CUS", "--data", group.dataOf("a")],
    ...["--http", "127.0.0.1:0", "--no-mdns", "--log-level", "error"],
    ...["--listen", "/ip4/127.0.0.1/tcp/0", "--surface", "branch-sync=off"],
    ...["--surface", "inventory-branch=off", "--surface", "charging=off"],
    // Nobody listens there: it is the figure of a broker that is not reached.
    ...["--surface", "charging-kafka=127.0.0.1:1"],
  ]);
  const response = await fetch(`${node.ready.http}/metrics`);
  strictEqual(response.status, 200);
  const text = await response.text();
  const shown = new Set(OF_PROMETHEUS);
  for (const [, name = "", type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const suffixes = type === "histogram"
      ? ["_bucket", "_sum", "_count"]
      : [""];
    for (const suffix of suffixes) shown.add(name + suffix);
  }
  const alerts = await readAlerts();
  const { panels } = await readDashboard();
  const expressions = [
    ...alerts.map(({ text }) => /^ +expr: (.+)$/m.exec(text)?.[1] ?? ""),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  ok(alerts.length >= 15 && expressions.length >= 40, "files were read");
  const unknown = expressions.flatMap(namesIn)
    .filter((name) => !shown.has(name));
  deepStrictEqual([...new Set(unknown)], []);
  deepStrictEqual(expressions.filter((one) => namesIn(one).length === 0), []);
  if (!await hasPromtool()) return;
  await mustTake(["check", "metrics"], text);
});

Deno.test("each alert has its own name, how bad it is, what it says and what to do then", async () => {
  const alerts = await readAlerts();
  const names = alerts.map(({ name }) => name);
  deepStrictEqual([...new Set(names)], names);
  for (const { name, text } of alerts) {
    ok(/^ +labels: \{ severity: (critical|warning|info) \}$/m.test(text), name);
    ok(/^ +summary: ".{10,}"$/m.test(text), `${name} has no summary`);
    const [, runbook = ""] = /^ +runbook: >-\n([^]+)$/m.exec(text) ?? [];
    ok(runbook.trim().length > 60, `${name} has no runbook`);
  }
});

Deno.test("the dashboard's panels lie apart, and each asks something", async () => {
  const { panels } = await readDashboard();
  const ids = panels.map(({ id }) => id);
  deepStrictEqual([...new Set(ids)], ids);
  const taken = new Set<string>();
  for (const { title, type, gridPos: { x, y, w, h }, targets } of panels) {
    ok(type === "row" || targets.length > 0, title);
    ok(x + w <= 24, title);
    for (let i = 0; i < w * h; i++) {
      const cell = `${x + i % w},${y + Math.floor(i / w)}`;
      ok(!taken.has(cell), `${title} lies on another panel`);
      taken.add(cell);
    }
  }
});

Deno.test({
  name:
    "promtool takes the settings and rules, and the alerts say what they should of made-up figures",
  ignore: !await hasPromtool(),
  async fn() {
    const checks = [
      ["check", "config", "prometheus.yml"],
      ["check", "rules", "alerts.yml"],
      ["test", "rules", "alerts_test.yml"],
    ];
    for (const args of checks) {
      await mustTake(args);
    }
  },
});
