/**
 * A node behind its native façade, for tests: every answer that passes through here is compared with what the OpenAPI
 * document says about it.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { UseCases } from "../../nodes/use_cases.ts";
import { type AppOptions, createApp } from "../../web/app.ts";
import type { SimulatedDisk } from "../support/simulated_disk.ts";
import { createTestNode, type TestNode } from "../support/test_node.ts";
import type { VirtualClock } from "../support/virtual_clock.ts";
import {
  type Components,
  type JsonSchema,
  schemaProblems,
} from "./json_schema.ts";

/** One operation of the document. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Readonly<
          Record<string, { readonly schema: JsonSchema }>
        >;
      }
    >
  >;
}

/** The OpenAPI document, as far as tests look at it. */
export interface Description {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Components };
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or undefined if it is none. */
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape; `check` compares them with the schema
  readonly body: any;
}

/** What a request may carry besides its body. */
export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** A façade whose answers are compared with its description. */
export interface CheckedApi {
  readonly description: Description;
  /** Sends a request without looking at the answer. */
  request(path: string, init?: RequestInit): Promise<Response>;
  get(path: string, options?: AskOptions): Promise<Answer>;
  post(path: string, body: unknown, options?: AskOptions): Promise<Answer>;
  put(path: string, body: unknown, options?: AskOptions): Promise<Answer>;
  patch(path: string, body: unknown, options?: AskOptions): Promise<Answer>;
  delete(path: string, options?: AskOptions): Promise<Answer>;
}

/** The façade, and the node behind it. */
export interface NativeApi extends CheckedApi {
  readonly useCases: UseCases;
  /** The node itself. */
  readonly node: TestNode["node"];
  readonly clock: VirtualClock;
  readonly disk: SimulatedDisk;
  readonly stop: () => Promise<void>;
}

/** What a test wants of the node and of the façade. */
export interface ApiOptions {
  readonly node?: NonNullable<Parameters<typeof createTestNode>[0]>;
  readonly app?: Partial<AppOptions>;
}

/**
 * Runs a test on a fresh node.
 *
 * @param test The test.
 * @param options Of the node and of the façade.
 */
export async function withApi(
  test: (api: NativeApi) => void | Promise<void>,
  options: ApiOptions = {},
): Promise<void> {
  const { useCases, node, clock, disk, stop } = await createTestNode(
    options.node ?? { site: "CUS", roles: ["branch"] },
  );
  try {
    const api = await checkedApi(useCases, {
      clock,
      requireSignIn: false,
      ...options.app,
    });
    await test({ ...api, useCases, node, clock, disk, stop });
  } finally {
    await stop();
  }
}

/**
 * Makes a façade whose answers are compared with its description.
 *
 * @param useCases The node.
 * @param options Of the façade.
 * @returns The façade.
 */
export async function checkedApi(
  useCases: UseCases,
  options: AppOptions,
): Promise<CheckedApi> {
  const app = createApp(useCases, options);
  // Of another façade, since this one may refuse everything.
  const open = createApp(useCases, {
    clock: options.clock,
    requireSignIn: false,
  });
  const description: Description = JSON.parse(
    await (await open.request("/v1/openapi.json")).text(),
  );
  const ask = async (method: string, path: string, init: RequestInit = {}) =>
    check(
      description,
      `${method} ${path}`,
      await app.request(path, { method, ...init }),
    );
  const send =
    (method: string) =>
    (path: string, body: unknown, { headers }: AskOptions = {}) =>
      ask(method, path, {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      });
  return {
    description,
    request: (path, init) => Promise.resolve(app.request(path, init)),
    get: (path, { headers } = {}) =>
      ask("GET", path, headers === undefined ? {} : { headers }),
    post: send("POST"),
    put: send("PUT"),
    patch: send("PATCH"),
    delete: (path, { headers } = {}) =>
      ask("DELETE", path, headers === undefined ? {} : { headers }),
  };
}

/** Finds the operation that a request means; undefined for pages and unknown paths. */
function operationOf(
  description: Description,
  request: string,
): Operation | undefined {
  const [method = "", address = ""] = request.split(" ");
  const [path = ""] = address.split("?");
  for (const [pattern, item] of Object.entries(description.paths)) {
    const slashes = pattern.includes("{name}") ? ".+" : "[^/]+";
    const matches = new RegExp(
      `^${pattern.replaceAll(/\{[^}]+\}/g, slashes)}$`,
    ).test(path);
    const operation = item[method.toLowerCase()];
    if (matches && operation !== undefined) return operation;
  }
  return undefined;
}

async function check(
  description: Description,
  request: string,
  response: Response,
): Promise<Answer> {
  const type = response.headers.get("content-type") ?? "";
  const text = await response.text();
  const body = type.includes("json") ? JSON.parse(text) : undefined;
  const answer = { status: response.status, headers: response.headers, body };
  const operation = operationOf(description, request);
  if (operation === undefined) return answer;
  const described = operation.responses[response.status];
  ok(described, `${request}: status ${response.status} is not described`);
  const schema = described.content?.[type]?.schema;
  ok(schema, `${request}: ${response.status} ${type} is not described`);
  if (body !== undefined) {
    deepStrictEqual(
      schemaProblems(body, schema, description.components.schemas),
      [],
      `${request}: ${text.slice(0, 500)}`,
    );
  }
  return answer;
}

/**
 * Asserts that an answer is a refusal.
 *
 * @param answer The answer.
 * @param status The status that it should have.
 * @param code The code that it should have.
 */
export function refuses(answer: Answer, status: number, code: string): void {
  strictEqual(answer.status, status, JSON.stringify(answer.body));
  strictEqual(answer.headers.get("content-type"), "application/problem+json");
  strictEqual(answer.body.status, status);
  strictEqual(answer.body.code, code);
  strictEqual(answer.body.type, `urn:panal:problem:${code}`);
  ok(answer.body.detail.length > 10);
  strictEqual(
    answer.headers.has("retry-after"),
    status === 503 || status === 429,
  );
}

/**
 * Creates a product with a price and stock at the node's own site.
 *
 * @param api The façade.
 * @param product Its id.
 * @param fields Other fields than price 2.50 and stock 100.
 */
export async function withProduct(
  api: NativeApi,
  product: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const answer = await api.post("/v1/products", {
    product,
    name: `The ${product}`,
    price: "2.50",
    stock: 100,
    ...fields,
  });
  strictEqual(answer.status, 201, JSON.stringify(answer.body));
  // A price counts from its own microsecond on, and the clock of a test shows only milliseconds.
  api.clock.advance(1);
}
