import { deepStrictEqual, match, notStrictEqual } from "node:assert/strict";
import { ERROR_CODES } from "../../../../crdt/mod.ts";
import { problemsEs } from "../../../../web/ui/parts/problems_es.ts";

Deno.test("every refusal of the interface has its words in Spanish, and no others have", () => {
  deepStrictEqual(
    Object.keys(problemsEs).toSorted(),
    Object.keys(ERROR_CODES).toSorted(),
  );
});

Deno.test("refusals in Spanish are whole sentences of their own", () => {
  const texts = Object.values(problemsEs);

  for (const text of texts) match(text, /^[A-ZÁÉÍÓÚÑ].{12,}\.$/u);
  deepStrictEqual(new Set(texts).size, texts.length);
  for (const [code, english] of Object.entries(ERROR_CODES)) {
    notStrictEqual(problemsEs[code], english);
  }
});
