/**
 * Compares JSON with a schema of an OpenAPI 3.1 document, as far as ours use JSON Schema. Stricter than the standard in
 * one thing: an object may have no field that the schema does not name.
 *
 * @module
 */

/** A schema, or a part of one. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Named schemas of a document. */
export type Components = Readonly<Record<string, JsonSchema>>;

/**
 * What is wrong with a value.
 *
 * @param value Any JSON value.
 * @param schema What it should be.
 * @param components The document's named schemas.
 * @param path Where the value stands.
 * @returns Sentences; empty if nothing is wrong.
 */
export function schemaProblems(
  value: unknown,
  schema: JsonSchema,
  components: Components,
  path = "$",
): string[] {
  if (schema.$ref !== undefined) {
    const named = components[schema.$ref.split("/").pop() ?? ""];
    return named === undefined
      ? [`${path}: unknown reference ${schema.$ref}`]
      : schemaProblems(value, named, components, path);
  }
  const problems: string[] = [];
  if (schema.anyOf !== undefined) {
    const all = schema.anyOf.map((it) =>
      schemaProblems(value, it, components, path)
    );
    if (all.every((it) => it.length > 0)) problems.push(...all.flat());
  }
  for (const part of schema.allOf ?? []) {
    problems.push(...schemaProblems(value, part, components, path));
  }
  if (schema.type !== undefined && ![schema.type].flat().some(isOf(value))) {
    return [
      ...problems,
      `${path}: ${JSON.stringify(value)} is no ${schema.type}`,
    ];
  }
  problems.push(...boundProblems(value, schema, path));
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    problems.push(
      ...value.flatMap((item, index) =>
        schemaProblems(item, items, components, `${path}.${index}`)
      ),
    );
  }
  if (isRecord(value) && [schema.type].flat().includes("object")) {
    problems.push(...fieldProblems(value, schema, components, path));
  }
  return problems;
}

function isOf(value: unknown): (type: string) => boolean {
  return (type) => {
    if (type === "null") return value === null;
    if (type === "integer") return Number.isInteger(value);
    if (type === "array") return Array.isArray(value);
    if (type === "object") return isRecord(value);
    const kind: string = typeof value;
    return kind === type;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function boundProblems(
  value: unknown,
  schema: JsonSchema,
  path: string,
): string[] {
  const bad = schema.enum !== undefined && !schema.enum.includes(value) ||
    typeof value === "string" && schema.pattern !== undefined &&
      !new RegExp(schema.pattern, "u").test(value) ||
    typeof value === "number" &&
      (value < (schema.minimum ?? -Infinity) ||
        value > (schema.maximum ?? Infinity)) ||
    Array.isArray(value) &&
      (value.length < (schema.minItems ?? 0) ||
        value.length > (schema.maxItems ?? Infinity));
  return bad ? [`${path}: ${JSON.stringify(value)} is out of bounds`] : [];
}

function fieldProblems(
  value: Record<string, unknown>,
  schema: JsonSchema,
  components: Components,
  path: string,
): string[] {
  const problems = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${path}: ${name} is missing`);
  for (const [name, field] of Object.entries(value)) {
    const known = schema.properties?.[name];
    const other = schema.additionalProperties;
    if (known !== undefined) {
      problems.push(
        ...schemaProblems(field, known, components, `${path}.${name}`),
      );
    } else if (typeof other === "object") {
      problems.push(
        ...schemaProblems(field, other, components, `${path}.${name}`),
      );
    } else {
      problems.push(`${path}: ${name} is not described`);
    }
  }
  return problems;
}
