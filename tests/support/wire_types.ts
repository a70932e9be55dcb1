/**
 * Makes `web/ui/wire_types.ts`: TypeScript types of the named schemas of the OpenAPI description, so that the pages are
 * checked against what the node answers without importing any of its code.
 *
 *   deno run -A tests/support/wire_types.ts
 *
 * Own code, since it needs only what our schemas use of JSON Schema; what it does not know ends it with an error.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { createApp } from "../../web/app.ts";
import type { Components, JsonSchema } from "../web/json_schema.ts";
import { createTestNode } from "./test_node.ts";

/** Where the types stand. */
export const WIRE_TYPES_URL: URL = new URL(
  "../../web/ui/wire_types.ts",
  import.meta.url,
);

/** A schema with what only a reader needs. */
type DescribedSchema = JsonSchema & {
  readonly description?: string;
  readonly example?: unknown;
};

/** What of JSON Schema the generator understands, or may leave to the node. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...["$ref", "type", "properties", "required", "additionalProperties"],
  ...["items", "anyOf", "allOf", "enum"],
  ...["description", "example", "format", "pattern", "default"],
  ...["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"],
]);

const HEADER = `/**
 * The named schemas of the node's interface, as types. Generated from its OpenAPI description; make it anew with
 * \`deno run -A tests/support/wire_types.ts\`.
 *
 * @module
 */

/** A page of a collection. */
export interface Page<T> {
  /** The items of this page. */
  readonly items: readonly T[];
  /** How many items the whole list has with these filters, where that is known cheaply. */
  readonly total: number | null;
  /** Pass it as \`cursor\` for the next page; null at the end. */
  readonly next: string | null;
}
`;

/**
 * Writes types of named schemas.
 *
 * @param schemas The schemas.
 * @returns TypeScript, not formatted.
 *
 * @example Usage
 * ```ts
 * import { match } from "node:assert/strict";
 *
 * const text = typesText({ Tank: { type: "object", properties: { site: { type: "string" } }, required: ["site"] } });
 * match(text, /export interface Tank \{\s+readonly site: string;/);
 * ```
 */
export function typesText(schemas: Components): string {
  const declared = Object.entries(schemas).map(([name, schema]) => {
    const type = typeOf(schema, name);
    const comment = commentOf(schema) ||
      `/** \`${name}\` of the interface. */\n`;
    return schema.type === "object" && type.startsWith("{")
      ? `${comment}export interface ${name} ${type}\n`
      : `${comment}export type ${name} = ${type};\n`;
  });
  return [HEADER, ...declared].join("\n");
}

/** The type of a schema; `path` says where it stands, for errors. */
function typeOf(schema: JsonSchema, path: string): string {
  const unknown = Object.keys(schema).filter((key) => !KNOWN_KEYS.has(key));
  ok(unknown.length === 0, `${path}: unknown keywords ${unknown.join()}`);
  if (schema.$ref !== undefined) return schema.$ref.split("/").pop() ?? "";
  if (schema.enum !== undefined) {
    return schema.enum.map((it) => JSON.stringify(it)).join(" | ");
  }
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((it) => typeOf(it, path)).join(" | ");
  }
  if (schema.allOf !== undefined) {
    return schema.allOf.map((it) => typeOf(it, path))
      .filter((it) => it !== "unknown").join(" & ");
  }
  if (schema.type === undefined) return "unknown";
  return [schema.type].flat()
    .map((type) => namedType(type, schema, path)).join(" | ");
}

function namedType(type: string, schema: JsonSchema, path: string): string {
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return arrayType(schema.items ?? {}, `${path}[]`);
    case "object":
      return objectType(schema, path);
    default:
      throw new TypeError(`${path}: unknown type ${type}`);
  }
}

function arrayType(items: JsonSchema, path: string): string {
  const type = typeOf(items, path);
  const isOne = items.$ref !== undefined || typeof items.type === "string";
  return isOne && items.enum === undefined
    ? `readonly ${type}[]`
    : `readonly (${type})[]`;
}

function objectType(schema: JsonSchema, path: string): string {
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined) {
    const values = typeof additionalProperties === "object"
      ? typeOf(additionalProperties, `${path}.*`)
      : "unknown";
    return `Readonly<Record<string, ${values}>>`;
  }
  const fields = Object.entries(properties).map(([name, field]) => {
    const mark = required.includes(name) ? "" : "?";
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    const type = typeOf(field, `${path}.${name}`);
    return `${commentOf(field)}readonly ${key}${mark}: ${type};\n`;
  });
  return `{\n${fields.join("")}}`;
}

/** What a schema says of itself, as a docstring; empty if it says nothing. */
function commentOf(schema: DescribedSchema): string {
  const ofPart = (schema.allOf ?? []).map((it: DescribedSchema) =>
    it.description
  ).find((it) => it !== undefined);
  const description = schema.description ?? ofPart;
  const example = schema.example === undefined
    ? []
    : [`E.g. \`${JSON.stringify(schema.example)}\`.`];
  const words = [...description === undefined ? [] : [description], ...example]
    .join(" ").replaceAll("*/", "* /").replaceAll(/\s+/g, " ");
  return words === "" ? "" : `/** ${words} */\n`;
}

/**
 * The types of the node's interface as they should stand in the file.
 *
 * @returns Formatted TypeScript.
 */
export async function makeWireTypes(): Promise<string> {
  const { useCases, clock, stop } = await createTestNode({
    site: "CUS",
    roles: ["branch"],
  });
  try {
    const app = createApp(useCases, { clock, requireSignIn: false });
    const description: { components: { schemas: Components } } = await (
      await app.request("/v1/openapi.json")
    ).json();
    return await formatted(typesText(description.components.schemas));
  } finally {
    await stop();
  }
}

/** The text as `deno fmt` leaves it. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout } = await child.output();
  strictEqual(code, 0, "deno fmt refuses the types");
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  await Deno.writeTextFile(WIRE_TYPES_URL, await makeWireTypes());
  Deno.exit(0);
}
