import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { createImportIo } from "../../../nodes/adapters/import_io.ts";
import { createMeshFolders } from "../../../nodes/adapters/mesh_folder.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../../nodes/adapters/system_random.ts";
import { runImport } from "../../../nodes/import_command.ts";
import { runExport } from "../../../nodes/moving/move_fleet.ts";

const STATE = `{
  "balance": 483940,
  "cards": {
    "7": {
      "saldo_actual": 33940,
      "gastos_recientes": [
        {
          "company_id": 42,
          "card_id": 7,
          "total": 16060,
          "date": "2026-02-03"
        },
        {
          "company_id": 42,
          "card_id": 7,
          "total": 16060,
          "date": "2026-02-03"
        }
      ]
    },
    "8": {
      "saldo_actual": 0,
      "gastos_recientes": []
    }
  },
  "pending_confirmations": {
    "127.0.0.1:13050:42:7:16060:2026-02-03": {
      "pump_address": "127.0.0.1:13050",
      "expense": {
        "company_id": 42,
        "card_id": 7,
        "total": 16060,
        "date": "2026-02-03"
      },
      "accepted": true,
      "timestamp": 1770112800,
      "retry_count": 3,
      "regional_admin_id": "3",
      "service_station_id": "5"
    }
  }
}`;
const EMPTY = '{"balance":0,"cards":{}}';

/** A folder for a test, with a data folder of a mesh in it. */
async function createFolders() {
  const folder = await Deno.makeTempDir({ prefix: "panal-test-" });
  const data = join(folder, "node");
  await createMeshFolders({
    clock: createSystemClock(),
    random: createSystemRandom(),
  }).init(data, { roles: ["company"], site: null });
  await Deno.mkdir(join(folder, "in"));
  await Deno.mkdir(join(folder, "out"));
  return {
    data,
    in: join(folder, "in"),
    out: join(folder, "out"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function run(task: "import" | "export", args: readonly string[]) {
  let [out, err] = ["", ""];
  const io = createImportIo({
    stdout: (text) => out += text,
    stderr: (text) => err += text,
    signal: new AbortController().signal,
  });
  const code = task === "import"
    ? await runImport(args, io)
    : await runExport(args, io.fleet());
  return { code, out, err };
}

Deno.test("C-39: a company's state moves in and out again, byte for byte", async () => {
  await using folders = await createFolders();
  await Deno.writeTextFile(join(folders.in, "42.json"), STATE);
  await Deno.writeTextFile(join(folders.in, "0.json"), EMPTY);
  await Deno.writeTextFile(join(folders.in, "notes.txt"), "hello");
  const words = ["--data", folders.data, "--fleet-state"];
  deepStrictEqual(await run("import", [...words, folders.in]), {
    code: 0,
    out:
      "company 0 with 0, 0 cards, 0 expenses, 0 verdicts to deliver is in\ncompany 42 with 483940, 2 cards, 2 expenses, 1 verdict to deliver is in\n",
    err: '"notes.txt" is left out: it is no company\'s file\n',
  });
  // A file that is there is replaced, whole.
  await Deno.writeTextFile(join(folders.out, "42.json"), "{".repeat(9_999));
  const done = await run("export", [...words, folders.out]);
  deepStrictEqual([done.code, done.err], [0, ""]);
  strictEqual(await Deno.readTextFile(join(folders.out, "42.json")), STATE);
  deepStrictEqual(
    (await Array.fromAsync(Deno.readDir(folders.out))).map((it) => it.name)
      .sort(),
    ["0.json", "42.json"],
  );
  // What is known already is refused, and stays as it is.
  const again = await run("import", [...words, join(folders.in, "42.json")]);
  strictEqual(again.code, 1);
  match(again.err, /^import: company 42 .*: Company 42 is known already\n$/);
});

Deno.test("C-39: one file that cannot be read keeps everything out, and is named with the place", async () => {
  await using folders = await createFolders();
  await Deno.writeTextFile(join(folders.in, "1.json"), EMPTY);
  const path = join(folders.in, "42.json");
  // An older file, and one that two writers mixed.
  const old = STATE.replace(',\n      "service_station_id": "5"', "");
  for (
    const [text, place] of [
      [
        old,
        /line 27, column 46, pending_confirmations.*"service_station_id" is missing/,
      ],
      [`${STATE}  }\n}`, /line \d+, column 4: the end should stand there/],
      ["", /line 1, column 1: an object should stand there/],
      ["\u00ef\u00bb\u00bf{}", /line 1, column 1/],
    ] as const
  ) {
    await Deno.writeTextFile(path, text);
    const { code, out, err } = await run("import", [
      "--data",
      folders.data,
      "--fleet-state",
      folders.in,
    ]);
    deepStrictEqual([code, out], [2, ""]);
    ok(
      err.includes(`The file ${JSON.stringify(path)} cannot be read, nothing`),
    );
    match(err, place);
  }
  await Deno.writeFile(path, Uint8Array.of(0x7b, 0xff));
  const bytes = await run("import", [
    "--data",
    folders.data,
    "--fleet-state",
    path,
  ]);
  match(bytes.err, /it is no UTF-8 text/);
  // Nothing came in meanwhile.
  const after = await run("export", [
    "--data",
    folders.data,
    "--fleet-state",
    folders.out,
    "--company",
    "1",
  ]);
  deepStrictEqual(after, {
    code: 1,
    out: "",
    err: "export: nobody knows company 1\n",
  });
});

Deno.test("the state of a company needs a folder of a mesh and a file with a number", async () => {
  await using folders = await createFolders();
  await Deno.writeTextFile(join(folders.in, "seven.json"), EMPTY);
  const state = ["--fleet-state", folders.in];
  for (
    const [task, args, message] of [
      ["import", state, /Say where to: --data DIR/],
      ["import", ["--data", folders.data], /--data goes with --fleet-state/],
      [
        "import",
        [...state, "--data", folders.data],
        /has no company's file, e\.g\. 42\.json/,
      ],
      [
        "import",
        ["--fleet-state", join(folders.in, "seven.json"), "--data", "x"],
        /must be the company's number/,
      ],
      [
        "import",
        [...state, "--data", folders.data, "--json"],
        /--json does not go with --fleet-state/,
      ],
      ["export", ["--data", folders.data], /--fleet-state FOLDER/],
      ["export", state, /--data DIR/],
      [
        "export",
        ["--data", folders.data, "--fleet-state", join(folders.out, "no")],
        /There is no folder/,
      ],
      ["export", ["--data", folders.out, ...state], /There is no data folder/],
      ["export", ["more"], /"more" is no option of export/],
    ] as const
  ) {
    const { code, err } = await run(task, args);
    match(err, message);
    strictEqual(code, 2);
  }
  strictEqual((await run("export", ["--help"])).code, 0);
});
