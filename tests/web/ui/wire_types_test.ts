import { strictEqual, throws } from "node:assert/strict";
import {
  makeWireTypes,
  typesText,
  WIRE_TYPES_URL,
} from "../../support/wire_types.ts";

Deno.test("the types of the pages are those of the interface", async () => {
  const written = await Deno.readTextFile(WIRE_TYPES_URL);

  strictEqual(
    written,
    await makeWireTypes(),
    "web/ui/wire_types.ts is stale: deno run -A tests/support/wire_types.ts",
  );
});

Deno.test("typesText() gives each form of a schema its type", () => {
  const text = typesText({
    Kind: { enum: ["a", "b"] },
    Whole: {
      type: "object",
      properties: {
        one: { $ref: "#/components/schemas/Kind" },
        many: { type: "array", items: { type: ["integer", "null"] } },
        some: { anyOf: [{ type: "string" }, { type: "null" }] },
        same: { allOf: [{ $ref: "#/components/schemas/Kind" }, {}] },
        rest: { type: "object", additionalProperties: { type: "number" } },
        any: {},
      },
      required: ["one", "rest"],
    },
  });

  strictEqual(
    text.slice(text.indexOf("/** `Kind`")),
    `/** \`Kind\` of the interface. */
export type Kind = "a" | "b";

/** \`Whole\` of the interface. */
export interface Whole {
readonly one: Kind;
readonly many?: readonly (number | null)[];
readonly some?: string | null;
readonly same?: Kind;
readonly rest: Readonly<Record<string, number>>;
readonly any?: unknown;
}
`,
  );
});

Deno.test("typesText() refuses a schema that it does not understand", () => {
  const odd = { Odd: { not: { type: "string" } } };

  throws(() => typesText(odd as Parameters<typeof typesText>[0]), /Odd: .*not/);
});
