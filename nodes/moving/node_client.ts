/**
 * A node as whoever moves something in sees it: its native interface and the gate for branches.
 *
 * @module
 */
import { configError, quote } from "../option_parser.ts";
import type { ImportAnswer, ImportHttp } from "./import_ports.ts";

/** How often one request is sent again before the node is given up. */
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
const WAIT_MS_MAX = 60_000;
/** Items of one page, and most pages of one list. */
const PAGE_LIMIT = 500;
const PAGES_MAX = 10_000;

/** JSON of any shape. */
export type Json = Readonly<Record<string, unknown>>;

/** A running node. */
export interface NodeClient {
  /** Its site; null for one without. */
  readonly site: string | null;
  /** True if it takes what any branch sends, as an original central does. */
  readonly isOffice: boolean;
  /** Sends a message to the gate for branches. */
  receive(message: Json): Promise<ImportAnswer>;
  /** Asks the native interface. */
  ask(
    method: "GET" | "POST" | "PUT" | "PATCH",
    path: string,
    body?: unknown,
  ): Promise<ImportAnswer>;
  /** All items of a list. */
  list(path: string): Promise<Json[]>;
  /** True once any user was made that may sign in there. */
  hasUsers(): Promise<boolean>;
  /** Signs in; what is asked from then on is asked as that user. */
  signIn(name: string, password: string): Promise<void>;
}

/**
 * Finds a node.
 *
 * @param http How it is asked.
 * @param native Its native address.
 * @returns The node.
 * @throws {PanalError} `config_invalid` if none answers there, or it has no gate for branches.
 */
export async function findNode(
  http: ImportHttp,
  native: string,
): Promise<NodeClient> {
  const { body } = await askPatiently(http, ["GET", `${native}/v1/health`]);
  const health = objectOf(body);
  const roles = health["roles"];
  if (!Array.isArray(roles)) {
    throw configError(
      `${
        quote(native)
      } is no node's native address: it is the "http" of the line that a node prints when it is ready`,
    );
  }
  const [gate] = Object.entries(objectOf(health["surfaces"]))
    .filter(([name]) => name === "branch-sync")
    .flatMap(([, urls]) => Array.isArray(urls) ? urls.map(String) : []);
  if (gate === undefined) {
    throw configError(
      `The node at ${
        quote(native)
      } has no branch-sync surface: start it with --surface branch-sync=127.0.0.1:3002`,
    );
  }
  return new HttpNode(http, { native, gate: gate.replace(/\/+$/, "") }, {
    site: typeof health["site"] === "string" ? health["site"] : null,
    isOffice: roles.includes("office"),
  });
}

class HttpNode implements NodeClient {
  readonly site: string | null;
  readonly isOffice: boolean;
  readonly #http: ImportHttp;
  readonly #at: { readonly native: string; readonly gate: string };
  #token: string | undefined;

  constructor(
    http: ImportHttp,
    at: { readonly native: string; readonly gate: string },
    who: { readonly site: string | null; readonly isOffice: boolean },
  ) {
    this.#http = http;
    this.#at = at;
    this.site = who.site;
    this.isOffice = who.isOffice;
  }

  receive(message: Json): Promise<ImportAnswer> {
    const url = `${this.#at.gate}/api/sincronizacion/recibir`;
    return askPatiently(this.#http, ["POST", url, { body: message }]);
  }

  async ask(
    method: "GET" | "POST" | "PUT" | "PATCH",
    path: string,
    body?: unknown,
  ): Promise<ImportAnswer> {
    const answer = await askPatiently(this.#http, [
      method,
      `${this.#at.native}${path}`,
      { ...(body === undefined ? {} : { body }), token: this.#token },
    ]);
    if (answer.status !== 401) return answer;
    throw configError(
      this.#token === undefined
        ? "The node has users: sign in with --user NAME and the password in PANAL_PASSWORD"
        : "The node does not know this user any more: sign in again",
    );
  }

  async list(path: string): Promise<Json[]> {
    const items: Json[] = [];
    let cursor: unknown = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = `${path.includes("?") ? "&" : "?"}limit=${PAGE_LIMIT}${
        cursor === null ? "" : `&cursor=${encodeURIComponent(String(cursor))}`
      }`;
      const { status, body } = await this.ask("GET", `${path}${query}`);
      if (status !== 200) throw configError(problemOf(body, status));
      const answer = objectOf(body);
      if (Array.isArray(answer["items"])) {
        items.push(...answer["items"].map(objectOf));
      }
      cursor = answer["next"] ?? null;
      if (cursor === null) break;
    }
    return items;
  }

  async hasUsers(): Promise<boolean> {
    const url = `${this.#at.native}/v1/sessions/current`;
    const { body } = await askPatiently(this.#http, ["GET", url]);
    return objectOf(body)["required"] !== false;
  }

  async signIn(name: string, password: string): Promise<void> {
    const { status, body } = await askPatiently(this.#http, [
      "POST",
      `${this.#at.native}/v1/sessions`,
      { body: { name, password } },
    ]);
    const { token } = objectOf(body);
    if (status !== 201 || typeof token !== "string") {
      throw configError(`Cannot sign in: ${problemOf(body, status)}`);
    }
    this.#token = token;
  }
}

/** Asks, again where the node has no room or does not answer. */
async function askPatiently(
  http: ImportHttp,
  [method, url, options]: Parameters<ImportHttp["request"]>,
): Promise<ImportAnswer> {
  for (let attempt = 1;; attempt++) {
    const answer = await http.request(method, url, options);
    const busy = answer === undefined || answer.status === 429 ||
      answer.status === 503;
    if (!busy) return answer;
    // Who is throttled at a sign-in waits long: that is for a person to know.
    if (attempt === ATTEMPTS || url.endsWith("/v1/sessions")) {
      throw configError(
        answer === undefined
          ? `Nobody answers at ${quote(url)}`
          : `The node has no room (status ${answer.status}): try again later`,
      );
    }
    const pause = FIRST_WAIT_MS * 2 ** (attempt - 1);
    await http.wait(
      Math.min(Math.max(answer?.retryAfterMs ?? 0, pause), WAIT_MS_MAX),
    );
  }
}

/**
 * An object, whatever was answered.
 *
 * @param value Anything.
 * @returns The value if it is an object, else an empty one.
 */
export function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Json
    : {};
}

/**
 * What a node says is wrong.
 *
 * @param body Its answer.
 * @param status The answer's status.
 * @returns A sentence of at most 300 characters.
 */
export function problemOf(body: unknown, status: number): string {
  const { detail, title, error } = objectOf(body);
  const said = [detail, title, error].find((it) => typeof it === "string");
  return String(said ?? `the node answered with status ${status}`)
    .slice(0, 300);
}
