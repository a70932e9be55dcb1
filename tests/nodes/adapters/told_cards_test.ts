import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fixedFactId } from "../../../crdt/mod.ts";
import { ToldCards } from "../../../nodes/adapters/told_cards.ts";

/** Few lines are many to a test. */
const LINES_MAX = 100;
const id = (i: number) => fixedFactId(["purchase", `${i}`]);

async function withFile(body: (path: string) => Promise<void> | void) {
  const folder = await Deno.makeTempDir({ prefix: "panal-test-" });
  try {
    await body(join(folder, "told"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ToldCards names what was told before the process was killed, and nothing after a proper end", async () => {
  await withFile((path) => {
    const killed = new ToldCards(path);
    strictEqual(killed.earlier(), undefined);
    killed.begin();
    killed.note(id(1));
    killed.note(id(2));

    const ended = new ToldCards(path);
    deepStrictEqual(ended.earlier(), {
      told: new Set([id(1), id(2)]),
      whole: true,
    });
    ended.begin();
    ended.note(id(3));
    ended.end();
    ended.note(id(4));
    strictEqual(new ToldCards(path).earlier(), undefined);
    killed.end();
  });
});

Deno.test("ToldCards says that lines may be missing after the machine started anew", async () => {
  await withFile((path) => {
    Deno.writeTextFileSync(path, `${Date.now()}\n${id(1)}\nnonsense\n`);
    deepStrictEqual(new ToldCards(path).earlier(), {
      told: new Set([id(1)]),
      whole: false,
    });
  });
});

Deno.test("ToldCards keeps the later lines where there are too many", async () => {
  await withFile((path) => {
    const cards = new ToldCards(path, LINES_MAX);
    cards.begin();
    for (let i = 0; i < LINES_MAX + 10; i++) cards.note(id(i));
    cards.note(id(100_000));
    const { told } = new ToldCards(path).earlier() ?? {};
    cards.end();

    strictEqual(told?.has(id(100_000)), true);
    strictEqual(Deno.statSync(path).size < 37 * LINES_MAX, true);
  });
});

Deno.test("ToldCards knows nothing rather than half where the disk refuses", async () => {
  await withFile((path) => {
    const cards = new ToldCards(path, LINES_MAX);
    cards.begin();
    cards.note(id(1));
    Deno.mkdirSync(`${path}.new`);
    for (let i = 0; i < LINES_MAX; i++) cards.note(id(i));
    cards.note(id(2));
    cards.end();

    strictEqual(new ToldCards(path).earlier(), undefined);
  });
});
