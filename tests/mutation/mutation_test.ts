import { ok, strictEqual, throws } from "node:assert/strict";
import { applyMutation } from "./apply.ts";
import { MUTATIONS } from "./mutations.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("every mutation changes the source at exactly one place", async () => {
  for (const mutation of MUTATIONS) {
    const text = await Deno.readTextFile(new URL(mutation.file, ROOT));
    ok(applyMutation(text, mutation) !== text, mutation.name);
  }
});

Deno.test("there are at least 20 mutations, each with a name of its own", () => {
  ok(MUTATIONS.length >= 20);
  strictEqual(
    new Set(MUTATIONS.map(({ name }) => name)).size,
    MUTATIONS.length,
  );
});

Deno.test("applyMutation() refuses a text that stands there twice, or not at all", () => {
  const [mutation] = MUTATIONS;
  if (mutation === undefined) throw new Error("there are no mutations");
  const { find, replace } = mutation;
  strictEqual(applyMutation(`a ${find} b`, mutation), `a ${replace} b`);
  throws(() => applyMutation(find + find, mutation), RangeError);
  throws(() => applyMutation("", mutation), RangeError);
});
