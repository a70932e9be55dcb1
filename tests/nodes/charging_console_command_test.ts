/** The console of charging points as a program. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { PanalError } from "../../crdt/mod.ts";
import type { NodeAnswer } from "../../nodes/charging/console_orders.ts";
import {
  type ChargingConsoleIo,
  type ConsoleTarget,
  runChargingConsole,
} from "../../nodes/charging_console_command.ts";
import { consolePanel, consolePoint } from "../support/charging_console.ts";

type Ask = (method: string, path: string) => NodeAnswer;

const PANEL = consolePanel([consolePoint("MAD-01")]);

/** A node with the point MAD-01, which confirms what it is told. */
const answer: Ask = (method, path) => {
  if (path.startsWith("/v1/charging-panel")) {
    return { status: 200, body: PANEL };
  }
  if (path.startsWith("/v1/charging-commands/")) {
    return { status: 200, body: { id: "c", state: "confirmed" } };
  }
  if (path.endsWith("/commands")) {
    return { status: 202, body: { command: { id: "c", state: "waiting" } } };
  }
  if (path === "/v1/charging-points/MAD-01" && method === "GET") {
    return { status: 200, body: PANEL.points[0] };
  }
  return path.startsWith("/v1/charging-points?")
    ? { status: 200, body: { items: PANEL.points, next: null } }
    : { status: 404, body: { code: "point_unknown", detail: "none" } };
};

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly target: ConsoleTarget | undefined;
}

async function run(
  args: readonly string[],
  { typed = [], terminal, password, ask = answer, signal }: {
    readonly typed?: readonly string[];
    readonly terminal?: ChargingConsoleIo["terminal"];
    readonly password?: string;
    readonly ask?: Ask;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Run> {
  let out = "";
  let err = "";
  let target: ConsoleTarget | undefined;
  const code = await runChargingConsole(args, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    open: (asked) => {
      target = asked;
      return {
        ask: (method, path) => Promise.resolve(ask(method, path)),
        wait: () => Promise.resolve(),
      };
    },
    async *lines() {
      for (const line of typed) yield await Promise.resolve(line);
      if (signal !== undefined) await new Promise(() => {});
    },
    terminal,
    clock: { now: () => "2026-11-22 18:00:00", timeOf: (text) => text },
    password: () => password,
    signal: signal ?? new AbortController().signal,
  });
  return { code, out, err, target };
}

Deno.test("charging-console gives one command and ends with what became of it", async () => {
  const done = await run(["P", "mad-01"]);
  deepStrictEqual([done.code, done.out], [0, "PARAR MAD-01: confirmado\n"]);
  strictEqual(done.target?.url, "http://127.0.0.1:8080");
  const unknown = await run(["R", "VAL-03", "--json"]);
  strictEqual(unknown.code, 1);
  deepStrictEqual(JSON.parse(unknown.out), {
    ...{ ok: false, ordered: 0, confirmed: 0 },
    lines: ["ERROR: CP VAL-03 no existe"],
  });
});

Deno.test("charging-console panel prints the panel once, as a screen or as JSON", async () => {
  const screen = await run(["panel"]);
  match(screen.out, /^PANEL DE MONITORIZACIÓN DE EV CHARGING\n/);
  match(screen.out, /MAD-01 \| C\/ Serrano 10 \| 0.25 €\/kWh \| ACTIVADO/);
  const json = await run(["panel", "--json", "--node", "http://[::1]:99"]);
  strictEqual(JSON.parse(json.out).points[0].id, "MAD-01");
  strictEqual(json.target?.url, "http://[::1]:99");
});

Deno.test("charging-console refuses what it does not know with one line", async () => {
  for (
    const args of [
      ["P"],
      ["stop", "MAD-01"],
      ["Q"],
      ["--json"],
      ["P", "MAD-01", "--node", "MAD-01"],
      ["P", "MAD-01", "--nod", "x"],
      ["P", "MAD-01", "--user", "eva"],
    ]
  ) {
    const { code, out, err } = await run(args);
    deepStrictEqual([code, out], [2, ""], args.join(" "));
    match(err, /^charging-console: [^\n]+\n$/);
  }
  const silent = await run(["P", "MAD-01"], {
    ask: () => {
      throw new PanalError("dial_failed", "No node answers");
    },
  });
  deepStrictEqual([silent.code, silent.err], [
    2,
    "charging-console: No node answers\n",
  ]);
  const odd = await run(["panel"], { ask: () => ({ status: 200, body: [] }) });
  strictEqual(odd.code, 2);
  match(odd.err, /native address/);
});

Deno.test("charging-console signs in as who is named", async () => {
  const { target } = await run(["panel", "--user", "eva"], {
    password: "correct horse",
  });
  deepStrictEqual(target?.user, { name: "eva", password: "correct horse" });
});

Deno.test("charging-console --help teaches every command", async () => {
  const { code, out } = await run(["--help"]);
  strictEqual(code, 0);
  for (
    const word of [
      "PARAR ID",
      "REANUDAR ID",
      "PARAR_TODOS",
      "REANUDAR_TODOS",
      "QUIT",
      "--node",
      "--user",
      "--json",
      "PANAL_PASSWORD",
      "Exit code",
    ]
  ) ok(out.includes(word), word);
});

Deno.test("C-45: Q ends the console and nothing else; what was typed before is answered first", async () => {
  const posted: string[] = [];
  const { code, out } = await run([], {
    typed: ["P MAD-01", "", "X", "AYUDA", "Q", "R MAD-01"],
    ask: (method, path) => {
      if (method === "POST") posted.push(path);
      return answer(method, path);
    },
  });

  strictEqual(code, 0);
  deepStrictEqual(posted, ["/v1/charging-points/MAD-01/commands"]);
  deepStrictEqual(out.split("\n").toSorted().slice(1), [
    "18:00:00 ERROR: Comando desconocido: X",
    "18:00:00 P <CP_ID> parar · R <CP_ID> reanudar · PT/PA parar todos · RT/RA reanudar todos · Q salir",
    "18:00:00 PARAR MAD-01: confirmado",
    "MAD-01: ACTIVADO",
  ]);
});

Deno.test("charging-console draws a screen on a terminal, colored, above the line that is typed", async () => {
  const { code, out } = await run([], {
    typed: ["P MAD-01"],
    terminal: () => ({ columns: 80, rows: 24 }),
  });

  strictEqual(code, 0);
  ok(out.startsWith("\x1b[2J\x1b[HPANEL DE MONITORIZACIÓN"), out.slice(0, 40));
  ok(out.includes("\x1b[92mACTIVADO\x1b[0m"));
  ok(out.includes("\x1b[24;1H\x1b[K> "));
  ok(out.includes("PARAR MAD-01: confirmado"));
});

Deno.test("charging-console ends at Ctrl-C while nobody types", async () => {
  const ending = new AbortController();
  const running = run([], { signal: ending.signal });
  ending.abort();
  strictEqual((await running).code, 0);
});
