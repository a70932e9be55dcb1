import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { runCard } from "../../nodes/card_command.ts";
import { createCardRig } from "../support/card_rig.ts";

const PLACE = "--province 3 --station 5";

/** Runs the command; its card pays at the pumps of a rig, wherever the command thinks that they are. */
async function run(
  line: string,
  { typed = [], rig }: {
    readonly typed?: readonly string[];
    readonly rig?: ReturnType<typeof createCardRig>;
  } = {},
) {
  const out = { stdout: "", stderr: "", ports: [] as number[], host: "" };
  const code = await runCard(line === "" ? [] : line.split(" "), {
    stdout: (text) => out.stdout += text,
    stderr: (text) => out.stderr += text,
    open({ host, ports }) {
      out.host = host;
      out.ports.push(...ports);
      return rig?.card ?? {
        askKept: () => Promise.resolve(undefined),
        pay: () => Promise.resolve("unreachable"),
      };
    },
    async *lines() {
      for (const it of typed) yield await Promise.resolve(it);
    },
  });
  return { code, ...out };
}

Deno.test("runCard() pays, and says whether it was charged by its exit code", async () => {
  await using rig = createCardRig({ decide: ({ liters }) => liters === 10 });
  const pay = (liters: number) =>
    run(`pay --company 42 --card 7 ${PLACE} --liters ${liters}`, { rig });

  const charged = await pay(10);
  strictEqual(charged.code, 0);
  strictEqual(charged.stdout, "charged\n");
  strictEqual(charged.host, "127.0.0.1");
  deepStrictEqual(
    charged.ports,
    Array.from({ length: 10 }, (_, i) => 13_050 + i),
  );
  const refused = await pay(11);
  strictEqual(refused.code, 1);
  match(refused.stdout, /^refused/);
  deepStrictEqual(rig.asked[0]?.input.company, "42");
});

Deno.test("runCard() says that no pump accepts, and that nothing is pending", async () => {
  const unreachable = await run(
    `pay --company 42 --card 7 ${PLACE} --liters 1 --host 10.0.0.1 --json`,
  );
  strictEqual(unreachable.code, 2);
  strictEqual(unreachable.stdout, '{"result":"unreachable"}\n');
  strictEqual(unreachable.host, "10.0.0.1");
  const nothing = await run(`pending --card 7 ${PLACE}`);
  strictEqual(nothing.code, 3);
  match(nothing.stdout, /^nothing/);
});

Deno.test("runCard() gives a kept answer, once", async () => {
  await using rig = createCardRig();
  const kept = { company: "42", card: "7" } as const;
  for (const [i, success] of [true, false].entries()) {
    await rig.results.keepResult({
      ...kept as Parameters<typeof rig.results.keepResult>[0],
      purchase: `${i}` as Parameters<
        typeof rig.results.keepResult
      >[0]["purchase"],
      success,
    });
  }
  const codes = [];
  for (let i = 0; i < 3; i++) {
    codes.push((await run(`pending --card 7 ${PLACE}`, { rig })).code);
  }
  deepStrictEqual(codes, [0, 1, 3]);
});

Deno.test("runCard() asks at a prompt for what is not given", async () => {
  await using rig = createCardRig({ decide: () => true });
  const typed = ["7", "3", " 5 ", "no", "42", "10"];
  const asked = await run("", { rig, typed });
  strictEqual(asked.code, 0);
  strictEqual(asked.stdout, "charged\n");
  match(
    asked.stderr,
    /Card: .*Province.*Station.*interrupted.*Company: Liters: $/,
  );

  const again = await run(`--company 42 --card 7 ${PLACE}`, {
    ...{ rig, typed: ["YES", "3"] },
  });
  strictEqual(again.code, 0);
  match(again.stderr, /No answer waits/);
  deepStrictEqual(rig.asked.map(({ input }) => input.liters), [10, 3]);
  const ended = await run(`--card 7 ${PLACE}`, { typed: ["no"] });
  strictEqual(ended.code, 2);
});

Deno.test("runCard() refuses wrong options with one line, and explains itself", async () => {
  for (
    const line of [
      "fly",
      "pay",
      "pay now --company 42",
      `pay --company 42 --card 7 ${PLACE}`,
      `pay --company x --card 7 ${PLACE} --liters 1`,
      `pay --company 42 --card 4294967296 ${PLACE} --liters 1`,
      "pay --company 42 --card 7 --province 16 --station 5 --liters 1",
      "pay --company 42 --card 7 --province 3 --station 100 --liters 1",
      `pay --company 42 --card 7 ${PLACE} --liters 1.5`,
      "pending --card 7",
      "pay --litres 1",
    ]
  ) {
    const { code, stdout, stderr } = await run(line);
    strictEqual(code, 2, line);
    strictEqual(stdout, "");
    match(stderr, /^card: [^\n]+\n$/, line);
  }
  const { code, stdout } = await run("--help");
  strictEqual(code, 0);
  for (const word of ["pay", "pending", "--liters", "--host"]) {
    strictEqual(stdout.includes(word), true);
  }
});
