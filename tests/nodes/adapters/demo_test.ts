import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { runDemo } from "../../../nodes/adapters/demo.ts";

/** Runs the demo in a folder of its own; `onText` is told what it writes. */
async function play(
  args: readonly string[],
  onText: (text: string, end: () => void) => void = () => {},
) {
  const folder = await Deno.makeTempDir({ prefix: "panal-demo-" });
  const ending = new AbortController();
  let stdout = "";
  let stderr = "";
  try {
    const code = await runDemo(["--data", folder, ...args], {
      stdout(text) {
        stdout += text;
        onText(stdout, () => ending.abort());
      },
      stderr(text) {
        stderr += text;
      },
      signal: ending.signal,
    });
    const left = await Array.fromAsync(
      Deno.readDir(folder),
      ({ name }) => name,
    );
    return { code, stdout, stderr, left, folder };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The process ids in the demo's table, by name. */
function processesOf(stdout: string): ReadonlyMap<string, number> {
  const rows = stdout.matchAll(
    /^(office|[A-Z0-9-]{2,5}) +(?:office|branch|station|pump|company) +(\d+)/gm,
  );
  return new Map([...rows].map(([, name = "", pid]) => [name, Number(pid)]));
}

function isRunning(pid: number): boolean {
  try {
    // SIGCONT changes nothing for a process that runs.
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

Deno.test("runDemo() sells, cuts a branch off, heals it, and ends with equal totals and no process", async () => {
  const { code, stdout, stderr, left } = await play(["--seconds", "6"]);

  deepStrictEqual([code, stderr, left], [0, "", ["run-1"]]);
  const processes = processesOf(stdout);
  deepStrictEqual([...processes.keys()], [
    "office",
    "CUS",
    "LIM",
    "AQP",
    "E01",
    "E01-3",
    "42",
  ]);
  match(stdout, /AQP is cut off/);
  match(stdout, /the office lacks [1-9]\d* commits? /);
  match(stdout, /The line of AQP is back/);
  const row = /^AQP +([1-9]\d* sales.*?PEN) +\1$/m;
  match(stdout, row);
  match(stdout, /the office took 24 sales\./);
  match(stdout, /sent the whole day again: 9 were new\./);
  match(stdout, /^ABA +(33 sales, .*?PEN) +\1$/m);
  match(stdout, /pump 2 has that, pump 1 still 15\.90/);
  match(stdout, /^E01 +(2 deliveries, \S+ liters, \S+) +\1$/m);
  match(stdout, /Card 9 .* 7 liters for 11,242 ARS were refused\./);
  match(stdout, /line is cut\. Card 7 bought 20 liters all the same/);
  const books = /^42 +(2 expenses, 48,180 ARS) +(\1; 951,820 ARS left) +\2$/m;
  match(stdout, books);
  for (const pid of processes.values()) ok(!isRunning(pid));
});

Deno.test("runDemo() says which node ended by itself, and ends the others", async () => {
  let processes: ReadonlyMap<string, number> = new Map();
  const { code, stderr } = await play([], (stdout) => {
    if (processes.size > 0 || !stdout.includes("The doors open")) return;
    processes = processesOf(stdout);
    Deno.kill(processes.get("LIM") ?? NaN, "SIGKILL");
  });

  strictEqual(code, 1);
  match(
    stderr,
    /^demo: LIM ended by itself \(SIGKILL\); its log is .*LIM\.log\n$/,
  );
  for (const pid of processes.values()) ok(!isRunning(pid));
});

Deno.test("runDemo() ends at once when it is asked to while its nodes start", async () => {
  const { code, stdout, stderr } = await play([], (_, end) => end());

  deepStrictEqual([code, stderr], [0, ""]);
  match(stdout, /All processes have ended/);
});

Deno.test("runDemo() refuses a wrong option, and explains itself", async () => {
  const wrong = await play(["--second", "3"]);
  const help = await play(["--help"]);

  strictEqual(wrong.code, 2);
  match(wrong.stderr, /^demo: There is no option "--second": use --seconds\n$/);
  deepStrictEqual([help.code, help.left], [0, []]);
  match(help.stdout, /--seconds N/);
});
