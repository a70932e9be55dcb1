/**
 * Asking a compatibility surface over `app.request()`, and reading what a person sees of its pages.
 *
 * @module
 */
import { Hono } from "hono";
import type { WebApp } from "../../../web/app.ts";
import type { VirtualClock } from "../../support/virtual_clock.ts";

/** An answer, read to its end. */
export interface SurfaceAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends a request.
 *
 * @param app The surface.
 * @param line Method and path, e.g. `POST /sales`.
 * @param body A JSON text, or form fields.
 * @param headers Headers; `content-type` is that of the body if left out, and none if it is empty.
 */
export async function ask(
  app: WebApp,
  line: string,
  body: string | URLSearchParams | FormData | Uint8Array<ArrayBuffer> | null =
    null,
  headers: Readonly<Record<string, string>> = {},
): Promise<SurfaceAnswer> {
  const [method = "GET", path = "/"] = line.split(" ");
  const json = typeof body === "string" || body instanceof Uint8Array
    ? { "content-type": "application/json" }
    : {};
  const request = new Request(`http://localhost:8001${path}`, {
    method,
    body,
    headers: { ...json, ...headers },
  });
  if (headers["content-type"] === "") request.headers.delete("content-type");
  const response = await app.fetch(request);
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    headers: response.headers,
    text: await response.text(),
  };
}

/** The same surface for people, between whose requests time passes. */
export function withPassingTime(app: WebApp, clock: VirtualClock): WebApp {
  return new Hono().all("*", ({ req }) => {
    clock.advance(10);
    return app.fetch(req.raw);
  });
}

/** Status and body, for comparing both at once. */
export async function answerOf(
  ...request: Parameters<typeof ask>
): Promise<readonly [number, string]> {
  const { status, text } = await ask(...request);
  return [status, text];
}

/** The text that a page shows, without its markup. */
export function visibleText(html: string): string {
  return html.replace(/<(script|style|title)[^]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&")
    .replace(/\s+/g, " ").trim();
}

/** The texts of the list items or table cells of a page, row by row. */
export function rowsOf(html: string, tag: "li" | "tr"): string[] {
  return Array.from(
    html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g")),
    ([, row = ""]) => visibleText(row.replaceAll("</td>", " | ")),
  );
}

/** Whether a page asks any other host for anything. */
export function namesOtherHosts(html: string): boolean {
  return /(?:https?:)?\/\/[a-z0-9]/i.test(html);
}
