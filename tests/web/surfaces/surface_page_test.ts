import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  escapeHtml,
  pageResponse,
} from "../../../web/surfaces/surface_page.ts";
import { SURFACE_STYLE } from "../../../web/surfaces/surface_style.ts";

function hashed(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The directives of a policy, by name. */
function policyOf(response: Response): Record<string, string> {
  const policy = response.headers.get("content-security-policy") ?? "";
  return Object.fromEntries(
    policy.split("; ").map((one) => {
      const [name = "", ...values] = one.split(" ");
      return [name, values.join(" ")];
    }),
  );
}

/** What stands in a page's elements of a name. */
function insideOf(html: string, name: "style" | "script"): string[] {
  const found = html.matchAll(
    new RegExp(`<${name}>([^]*?)</${name}>`, "g"),
  );
  return Array.from(found, ([, inside = ""]) => inside);
}

/** The variables of a style that are colors of the two themes. */
function colorsOf(style: string): Record<string, string> {
  const found = style.matchAll(/(--[\w-]+):\s*(light-dark\(#[^;]*\));/g);
  return Object.fromEntries(
    Array.from(found, ([, name = "", value = ""]) => [name, value]),
  );
}

Deno.test("pageResponse() lets a page use its own style and script and nothing else", async () => {
  const script = "console.log(1 < 2)";
  const response = pageResponse({ title: "t", body: "<h1>b</h1>", script });
  const html = await response.clone().text();

  const [style = "", ...styles] = insideOf(html, "style");
  deepStrictEqual([styles, insideOf(html, "script")], [[], [script]]);
  deepStrictEqual(policyOf(response), {
    "default-src": "'none'",
    "style-src": hashed(style),
    "script-src": hashed(script),
    "connect-src": "'self'",
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  });
  ok(!/\son\w+=|\sstyle=/.test(html));
  strictEqual(response.headers.get("x-content-type-options"), "nosniff");
  // `no-referrer` would make a browser send `Origin: null` with the page's own form.
  strictEqual(response.headers.get("referrer-policy"), "same-origin");
});

Deno.test("pageResponse() lets a page without a script run none and ask for nothing", () => {
  const policy = policyOf(pageResponse({ title: "t", body: "" }));

  strictEqual(policy["default-src"], "'none'");
  deepStrictEqual(
    ["script-src", "connect-src"].map((name) => policy[name]),
    [undefined, undefined],
  );
});

Deno.test("pageResponse() shows a title as text", async () => {
  const title = `</title><script>x</script>`;
  const html = await pageResponse({ title, body: "" }).text();

  ok(html.includes(`<title>${escapeHtml(title)}</title>`));
  match(html, /^<!DOCTYPE html>\n<html lang="es">/);
});

Deno.test("the surfaces' colors are those of the node's own pages", async () => {
  const at = new URL("../../../web/ui/style.css", import.meta.url);
  const own = colorsOf(await Deno.readTextFile(at));
  const colors = colorsOf(SURFACE_STYLE);

  ok(Object.keys(colors).length >= 9);
  for (const [name, value] of Object.entries(colors)) {
    strictEqual(value, own[name], name);
  }
});
