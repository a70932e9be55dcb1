import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { PRESETS } from "../../../nodes/replay/columns.ts";
import { REPLAY_HELP } from "../../../nodes/replay/help.ts";
import {
  parseReplayArgs,
  type ReplayOptions,
} from "../../../nodes/replay/options.ts";

const LEAST = ["f.csv", "--preset", "complete-journey", "--to", "http://a:1"];

function optionsOf(args: readonly string[]): ReplayOptions {
  const command = parseReplayArgs(args);
  ok(command.ok, command.ok ? "" : command.error);
  ok(command.value.kind === "run");
  return command.value.options;
}

function errorOf(args: readonly string[]): string {
  const command = parseReplayArgs(args);
  ok(!command.ok);
  return command.error;
}

Deno.test("parseReplayArgs() fills in what is left out", () => {
  deepStrictEqual(optionsOf(LEAST), {
    file: "f.csv",
    targets: ["http://a:1"],
    map: new Map(),
    stores: undefined,
    columns: PRESETS["complete-journey"],
    delimiter: ",",
    timezone: "UTC",
    currency: undefined,
    offset: 0,
    limit: undefined,
    window: 2000,
    rate: undefined,
    connections: 16,
    retries: 8,
    dryRun: false,
    verify: undefined,
    verifySeconds: 60,
    json: false,
  });
});

Deno.test("parseReplayArgs() reads lists, maps, columns and numbers", () => {
  const options = optionsOf([
    ...["x.parquet", "--to", "http://a:1/,http://b:2", "--to", "http://a:1"],
    ...["--map", "7=http://c:3/", "--map", "a=b=http://a:1"],
    ...["--stores", "7, 8"],
    ...["--store", "S", "--product", "P", "--quantity", "Q"],
    ...["--amount", "A", "--time", "T", "--delimiter", "tab"],
    ...["--timezone", "America/Lima", "--currency", "PEN"],
    ...["--offset", "5", "--limit", "10", "--rate", "2.5", "--json"],
    ...["--verify", "http://o:9/", "--verify-seconds", "5"],
  ]);
  deepStrictEqual(options.targets, ["http://a:1", "http://b:2", "http://c:3"]);
  deepStrictEqual([...options.map], [
    ["7", "http://c:3"],
    ["a=b", "http://a:1"],
  ]);
  deepStrictEqual(options.stores, ["7", "8"]);
  deepStrictEqual(options.columns, {
    store: "S",
    product: "P",
    quantity: "Q",
    amount: "A",
    time: "T",
  });
  strictEqual(options.delimiter, "\t");
  strictEqual(options.timezone, "America/Lima");
  strictEqual(options.currency, "PEN");
  strictEqual(options.offset, 5);
  strictEqual(options.limit, 10);
  strictEqual(options.rate, 2.5);
  strictEqual(options.verify, "http://o:9");
  strictEqual(options.verifySeconds, 5);
  strictEqual(options.json, true);
});

Deno.test("parseReplayArgs() lets a column stand over that of the preset", () => {
  strictEqual(optionsOf([...LEAST, "--amount", "X"]).columns.amount, "X");
});

Deno.test("parseReplayArgs() says in one line what is wrong", () => {
  const cases: readonly [readonly string[], RegExp][] = [
    [[], /file/],
    [["a", "b", "--to", "http://a"], /one file/],
    [LEAST.slice(0, 3), /--to/],
    [[...LEAST, "--to", "ftp://x"], /http/],
    [LEAST.slice(0, 1).concat("--to", "http://a"), /columns/],
    [[...LEAST, "--preset", "x"], /complete-journey/],
    [[...LEAST, "--map", "x"], /STORE=URL/],
    [[...LEAST, "--delimiter", "ab"], /delimiter/],
    [[...LEAST, "--delimiter", '"'], /delimiter/],
    [[...LEAST, "--timezone", "Mars/X"], /Mars/],
    [[...LEAST, "--currency", "sol"], /currency/],
    [[...LEAST, "--limit", "0"], /limit/],
    [[...LEAST, "--limit", "-5"], /limit/],
    [[...LEAST, "--rate", "0"], /rate/],
    [[...LEAST, "--connections", "many"], /connections/],
    [[...LEAST, "--nonsense"], /nonsense/],
    [
      [
        "f",
        "--preset",
        "complete-journey",
        "--dry-run",
        "--verify",
        "http://o",
      ],
      /--to/,
    ],
  ];
  for (const [args, expected] of cases) {
    const error = errorOf(args);
    match(error, expected);
    ok(!error.includes("\n"), error);
  }
});

Deno.test("parseReplayArgs() never throws", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--to", "--map", "--limit", "-h", "--rate", "--", "-", "="),
  );
  fc.assert(fc.property(fc.array(word), (args) => {
    parseReplayArgs(args);
  }));
});

Deno.test("REPLAY_HELP names every option", () => {
  deepStrictEqual(parseReplayArgs(["-h"]), {
    ok: true,
    value: { kind: "help" },
  });
  const options = [
    ...["to", "map", "stores", "preset", "store", "basket", "product"],
    ...["quantity", "amount", "time", "delimiter", "timezone", "currency"],
    ...["offset", "limit", "window", "rate", "connections", "retries"],
    ...["verify", "verify-seconds", "dry-run", "json"],
  ];
  for (const option of options) ok(REPLAY_HELP.includes(`--${option}`), option);
});
