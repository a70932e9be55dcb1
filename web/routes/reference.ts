/**
 * The pages of the native interface: a start page and a reference of every route with a form to try it. They load
 * nothing from outside, since a shop may be offline.
 *
 * @module
 */
import type { Route } from "../route.ts";
import script from "../reference/reference.js" with { type: "text" };
import style from "../reference/reference.css" with { type: "text" };
import referencePage from "../reference/reference.html" with { type: "text" };
import startPage from "../reference/start.html" with { type: "text" };

const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/** A page or a part of one: its address, its media type and its text. */
type Asset = Pick<Route, "method" | "pattern" | "handle">;

function asset(pattern: string, type: string, text: string): Asset {
  return {
    method: "GET",
    pattern,
    handle: () =>
      new Response(text, { headers: { "content-type": type, ...SECURITY } }),
  };
}

/**
 * The pages and what they load.
 *
 * @returns Routes that the OpenAPI document does not list.
 */
export function referenceAssets(): Asset[] {
  const html = "text/html; charset=utf-8";
  return [
    asset("/", html, startPage),
    asset("/v1/reference", html, referencePage),
    asset("/v1/reference.js", "text/javascript; charset=utf-8", script),
    asset("/v1/reference.css", "text/css; charset=utf-8", style),
  ];
}
