/**
 * The machine-readable description of a compatibility surface, in the form in which the original programs' framework
 * generates it: operation ids made of function name, path and method, titles made of names, and 200 and 422 only.
 *
 * @module
 */
import type { JsonValue } from "./fastapi_json.ts";

/** A plain JSON object of a description. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** A body that an operation takes. */
export interface ApiBody {
  /** Its media type. */
  readonly mediaType: "application/json" | "application/x-www-form-urlencoded";
  /** Its schema's name. */
  readonly schema: string;
  /** A body to begin with on the interactive page. */
  readonly example: string;
}

/** One operation. */
export interface ApiOperation {
  /** The method, in lower case. */
  readonly method: "get" | "post" | "put" | "delete";
  /** The path. */
  readonly path: string;
  /** Its group. */
  readonly tag: string;
  /** The name of the original's function, e.g. `get_product`. */
  readonly name: string;
  /** What it is called on pages: the name in words, e.g. `Get Product`. */
  readonly summary: string;
  /** What it takes. */
  readonly body?: ApiBody;
  /** What it answers: a schema's name, `[name]` for a list of it, `html`, or nothing in particular. */
  readonly answer?: string;
}

/** A whole description. */
export interface ApiDescription {
  /** The surface's title. */
  readonly title: string;
  /** The version of the original program. */
  readonly version: string;
  /** A sentence in Spanish. */
  readonly description: string;
  /** The operations, in the order of registration. */
  readonly operations: readonly ApiOperation[];
  /** The schemas, by name. */
  readonly schemas: Readonly<Record<string, JsonObject>>;
}

const ERROR_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  HTTPValidationError: {
    properties: {
      detail: {
        items: { $ref: "#/components/schemas/ValidationError" },
        type: "array",
        title: "Detail",
      },
    },
    type: "object",
    title: "HTTPValidationError",
  },
  ValidationError: {
    properties: {
      loc: {
        items: { anyOf: [{ type: "string" }, { type: "integer" }] },
        type: "array",
        title: "Location",
      },
      msg: { type: "string", title: "Message" },
      type: { type: "string", title: "Error Type" },
      input: { title: "Input" },
      ctx: { type: "object", title: "Context" },
    },
    type: "object",
    required: ["loc", "msg", "type"],
    title: "ValidationError",
  },
};

/**
 * A name in words, as the framework titles it.
 *
 * @param name For example `product_id`.
 * @returns For example `Product Id`.
 */
export function titleOf(name: string): string {
  return name.split("_").map((word) =>
    word.charAt(0).toUpperCase() + word.slice(1)
  ).join(" ");
}

/**
 * The schema of an object.
 *
 * @param title Its name.
 * @param properties The types of its keys, each without a title.
 * @param optional Keys that may be absent.
 * @returns The schema.
 */
export function objectSchema(
  title: string,
  properties: Readonly<Record<string, JsonObject>>,
  optional: readonly string[] = [],
): JsonObject {
  const titled = Object.entries(properties).map((
    [key, schema],
  ) => [key, { ...schema, title: titleOf(key) }]);
  return {
    properties: Object.fromEntries(titled),
    type: "object",
    required: Object.keys(properties).filter((key) => !optional.includes(key)),
    title,
  };
}

function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

function operationId(operation: ApiOperation): string {
  return `${operation.name}${operation.path}_${operation.method}`.replace(
    /[^A-Za-z0-9_]/g,
    "_",
  );
}

function answerContent(operation: ApiOperation): JsonObject {
  const { answer } = operation;
  if (answer === "html") return { "text/html": { schema: { type: "string" } } };
  if (answer === undefined) return { "application/json": { schema: {} } };
  if (!answer.startsWith("[")) {
    return { "application/json": { schema: reference(answer) } };
  }
  const title = `Response ${titleOf(operationId(operation))}`;
  return {
    "application/json": {
      schema: { items: reference(answer.slice(1, -1)), type: "array", title },
    },
  };
}

function responses(operation: ApiOperation): JsonObject {
  const good = {
    description: "Successful Response",
    content: answerContent(operation),
  };
  if (operation.body === undefined && !operation.path.includes("{")) {
    return { "200": good };
  }
  const problem = {
    "application/json": { schema: reference("HTTPValidationError") },
  };
  return {
    "200": good,
    "422": { description: "Validation Error", content: problem },
  };
}

function parameters(path: string): readonly JsonValue[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "integer", title: titleOf(name) },
  }));
}

function operationObject(operation: ApiOperation): JsonObject {
  const { body, tag, summary } = operation;
  const found = parameters(operation.path);
  return {
    tags: [tag],
    summary,
    operationId: operationId(operation),
    ...(found.length === 0 ? {} : { parameters: found }),
    ...(body === undefined ? {} : {
      requestBody: {
        content: { [body.mediaType]: { schema: reference(body.schema) } },
        required: true,
      },
    }),
    responses: responses(operation),
  };
}

/**
 * The OpenAPI description.
 *
 * @param api What is described.
 * @returns The document as a JSON value.
 */
export function openApiDocument(api: ApiDescription): JsonValue {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const operation of api.operations) {
    (paths[operation.path] ??= {})[operation.method] = operationObject(
      operation,
    );
  }
  const schemas = Object.entries({ ...api.schemas, ...ERROR_SCHEMAS })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    openapi: "3.1.0",
    info: {
      title: api.title,
      description: api.description,
      version: api.version,
    },
    paths,
    components: { schemas: Object.fromEntries(schemas) },
  };
}
