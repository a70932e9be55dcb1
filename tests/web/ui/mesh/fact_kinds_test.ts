import { ok, strictEqual } from "node:assert/strict";
import type { Fact } from "../../../../crdt/mod.ts";
import { FACT_KINDS } from "../../../../web/ui/mesh/fact_kinds.ts";
import { en } from "../../../../web/ui/mesh/messages_en.ts";
import { es } from "../../../../web/ui/mesh/messages_es.ts";

type Named = typeof FACT_KINDS[number];
type Nobodys = Exclude<Fact["type"], Named> | Exclude<Named, Fact["type"]>;

Deno.test("the journal can be filtered by every kind of fact, and each has its words", () => {
  // Types alone know all kinds: the next line does not compile while the lists differ.
  const agree: [Nobodys] extends [never] ? true : false = true;
  strictEqual(agree, true);
  for (const kind of FACT_KINDS) {
    ok(`fact_${kind}` in es, kind);
    ok(`fact_${kind}` in en, kind);
  }
});
