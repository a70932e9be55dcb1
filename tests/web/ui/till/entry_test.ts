import { deepStrictEqual } from "node:assert/strict";
import { entryOf, KeyWatch } from "../../../../web/ui/till/entry.ts";

Deno.test("entryOf() reads a quantity before a star", () => {
  deepStrictEqual(entryOf("3*7750001"), { quantity: "3", words: "7750001" });
  deepStrictEqual(entryOf(" 0,750 * papa "), {
    quantity: "0,750",
    words: "papa",
  });
  deepStrictEqual(entryOf("3*"), { quantity: "3", words: "" });
  deepStrictEqual(entryOf("pan 3*2"), {
    quantity: undefined,
    words: "pan 3*2",
  });
  deepStrictEqual(entryOf(" 7750001 "), {
    quantity: undefined,
    words: "7750001",
  });
});

function typed(watch: KeyWatch, count: number, pauseMs: number, from = 0) {
  for (let i = 0; i < count; i++) watch.key(from + i * pauseMs);
  return from + (count - 1) * pauseMs;
}

Deno.test("KeyWatch tells a scanner from a person", () => {
  const watch = new KeyWatch();

  const scanned = typed(watch, 13, 10);
  deepStrictEqual(watch.enter(scanned + 10), { scanned: true, again: false });
  const person = typed(watch, 13, 120, 10_000);
  deepStrictEqual(watch.enter(person + 120), { scanned: false, again: false });
  const short = typed(watch, 3, 10, 20_000);
  deepStrictEqual(watch.enter(short + 10), { scanned: false, again: false });
});

Deno.test("KeyWatch knows the second Enter of a scanner that sends two", () => {
  const watch = new KeyWatch();
  const end = typed(watch, 13, 10);

  watch.enter(end + 10);
  deepStrictEqual(watch.enter(end + 20), { scanned: false, again: true });
  deepStrictEqual(watch.enter(end + 1_000), { scanned: false, again: false });
});

Deno.test("KeyWatch takes two Enters of a person for two", () => {
  const watch = new KeyWatch();
  watch.enter(1_000);
  deepStrictEqual(watch.enter(1_100), { scanned: false, again: false });
});
