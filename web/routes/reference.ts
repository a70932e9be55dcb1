/**
 * The reference of the native interface: a page that shows every route, with a form to try it. It loads nothing from
 * outside, since a shop may be offline.
 *
 * @module
 */
import type { Route } from "../route.ts";
import script from "../reference/reference.js" with { type: "text" };
import style from "../reference/reference.css" with { type: "text" };
import referencePage from "../reference/reference.html" with { type: "text" };

const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/** The page or a part of it: its address, its media type and its text. */
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
 * The page and what it loads.
 *
 * @returns Routes that the OpenAPI document does not list.
 */
export function referenceAssets(): Asset[] {
  const html = "text/html; charset=utf-8";
  return [
    asset("/v1/reference", html, referencePage),
    asset("/v1/reference.js", "text/javascript; charset=utf-8", script),
    asset("/v1/reference.css", "text/css; charset=utf-8", style),
  ];
}
