/**
 * What every page of a compatibility surface has around its content: the product's look, and headers that let it load
 * nothing, run nothing but its own script, and send forms nowhere else.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { SURFACE_STYLE } from "./surface_style.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Cells of a comb, as in the icon of the node's own pages. */
const COMB =
  `<path d="M256 54l64 37v74l-64 37-64-37v-74z"/><path d="M182 182l64 37v74l-64 37-64-37v-74z"/><path d="M330 182l64 37v74l-64 37-64-37v-74z"/><path d="M256 310l64 37v74l-64 37-64-37v-74z"/>`;
const ICON = `data:image/svg+xml,${
  encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" fill="#ffbb44"><rect width="512" height="512" fill="#8a5300"/>${COMB}</svg>`,
  )
}`;
const STYLE_HASH = hashOf(SURFACE_STYLE);

/** A page: what is its own. */
export interface SurfacePage {
  /** Its title, as text. */
  readonly title: string;
  /** What it shows, as HTML. */
  readonly body: string;
  /** What it runs; nothing if left out. */
  readonly script?: string;
}

/**
 * Text as HTML, for content and for quoted attributes.
 *
 * @param text Any text.
 * @returns The text with `& < > " '` replaced.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(escapeHtml(`<b title="x">`), "&lt;b title=&quot;x&quot;&gt;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) => ENTITIES[character] ?? character,
  );
}

/**
 * A page as an answer.
 *
 * @param page What is its own.
 * @param status The status; 200 if left out.
 * @returns The response.
 */
export function pageResponse(page: SurfacePage, status = 200): Response {
  return new Response(documentOf(page), {
    status,
    headers: headersFor(page.script),
  });
}

/**
 * HTML without a document around it, as the original answers a form.
 *
 * @param html The fragment.
 * @param status The status; 200 if left out.
 * @returns The response.
 */
export function fragmentResponse(html: string, status = 200): Response {
  return new Response(html, { status, headers: headersFor() });
}

/** The policy lets through the very style and script that the page has in it, by what they are. */
function headersFor(script?: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src ${STYLE_HASH}`,
    ...script === undefined
      ? []
      : [`script-src ${hashOf(script)}`, "connect-src 'self'"],
    "img-src data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    // Under `no-referrer` a browser would hide where its form comes from, and the form would be refused as a foreign one.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  };
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function documentOf({ title, body, script }: SurfacePage): string {
  return `<!DOCTYPE html>
<html lang="es">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="${ICON}">
<style>${SURFACE_STYLE}</style>
</head>
<body>
<header class="top"><svg viewBox="54 54 404 404" aria-hidden="true">${COMB}</svg></header>
<main>
${body}
</main>
${script === undefined ? "" : `<script>${script}</script>\n`}</body>
</html>
`;
}
