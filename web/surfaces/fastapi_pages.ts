/**
 * HTML of the compatibility surfaces that does not depend on their data: escaping, and the API description pages. The
 * original pages load their scripts from public networks and are blank without; these stand alone.
 *
 * @module
 */
import { htmlResponse, jsonResponse, type Route } from "./fastapi_app.ts";
import {
  type ApiDescription,
  type ApiOperation,
  openApiDocument,
} from "./fastapi_openapi.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

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

const API_STYLE =
  `body{font-family:Arial,sans-serif;margin:2em auto;max-width:60em;padding:0 1em;color:#222}
summary{cursor:pointer;padding:.4em;background:#f2f5f2;border-left:.4em solid #4CAF50}
details{margin:.4em 0}details>div{padding:.4em 1em}
code,pre,textarea,input{font-family:monospace}textarea{width:100%;height:8em}
pre{background:#f6f6f6;padding:.6em;overflow:auto;white-space:pre-wrap}`;

/** Sends what stands in an operation's form and shows the answer below it. */
const TRY_SCRIPT =
  `document.querySelectorAll("form[data-method]").forEach(function (form) {
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var path = form.dataset.path;
    form.querySelectorAll("input[name]").forEach(function (input) {
      path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
    });
    var body = form.querySelector("textarea");
    var request = { method: form.dataset.method, headers: {} };
    if (body) { request.body = body.value; request.headers["Content-Type"] = form.dataset.type; }
    var output = form.querySelector("output");
    fetch(path, request).then(function (answer) {
      return answer.text().then(function (text) { output.textContent = answer.status + "\\n" + text; });
    }, function (error) { output.textContent = String(error); });
  });
});`;

function tryForm(operation: ApiOperation): string {
  const inputs = operation.path.includes("{product_id}")
    ? `<p><label>product_id <input name="product_id" value="1" required></label></p>`
    : "";
  const body = operation.body === undefined
    ? ""
    : `<p><textarea aria-label="Cuerpo">${
      escapeHtml(operation.body.example)
    }</textarea></p>`;
  return `<form data-method="${operation.method.toUpperCase()}" data-path="${
    escapeHtml(operation.path)
  }" data-type="${
    escapeHtml(operation.body?.mediaType ?? "")
  }">${inputs}${body}<p><button>Probar</button></p><pre><output></output></pre></form>`;
}

function operationHtml(operation: ApiOperation, interactive: boolean): string {
  const body = operation.body === undefined
    ? ""
    : `<p>Cuerpo: <code>${
      escapeHtml(operation.body.mediaType)
    }</code>, <a href="#schema-${operation.body.schema}">${
      escapeHtml(operation.body.schema)
    }</a></p>`;
  return `<details><summary><strong>${operation.method.toUpperCase()}</strong> <code>${
    escapeHtml(operation.path)
  }</code> ${escapeHtml(operation.summary)} <small>${
    escapeHtml(operation.tag)
  }</small></summary><div>${body}${
    interactive ? tryForm(operation) : ""
  }</div></details>`;
}

/**
 * An API description page, complete in itself.
 *
 * @param api What is described.
 * @param kind `Swagger UI` with a form to try each operation, or `ReDoc` without.
 * @returns An HTML document.
 */
export function apiPage(
  api: ApiDescription,
  kind: "Swagger UI" | "ReDoc",
): string {
  const title = escapeHtml(`${api.title} - ${kind}`);
  const operations = api.operations.map((operation) =>
    operationHtml(operation, kind === "Swagger UI")
  ).join("\n");
  const schemas = Object.entries(api.schemas).map(([name, schema]) =>
    `<h3 id="schema-${escapeHtml(name)}">${escapeHtml(name)}</h3><pre>${
      escapeHtml(JSON.stringify(schema, null, 2))
    }</pre>`
  ).join("\n");
  return `<!DOCTYPE html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${API_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(api.title)} <small>${escapeHtml(api.version)}</small></h1>
<p>${escapeHtml(api.description)} <a href="/openapi.json">/openapi.json</a></p>
${operations}
<h2>Schemas</h2>
${schemas}
${kind === "Swagger UI" ? `<script>${TRY_SCRIPT}</script>` : ""}
</body>
</html>
`;
}

/** The page that the original interactive pages offer for OAuth; nothing uses it. */
const OAUTH_PAGE = `<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<title>Swagger UI: OAuth2 Redirect</title>
</head>
<body>
</body>
</html>
`;

/**
 * The routes that describe a surface: `/openapi.json`, the interactive page under `/docs`, and the helper below it.
 *
 * @param api What is described.
 * @returns The routes; they also answer HEAD.
 */
export function descriptionRoutes(api: ApiDescription): readonly Route[] {
  const description = openApiDocument(api);
  const interactive = apiPage(api, "Swagger UI");
  const pages: readonly [string, () => Response][] = [
    ["/openapi.json", () => jsonResponse(description)],
    ["/docs", () => htmlResponse(interactive)],
    ["/docs/oauth2-redirect", () => htmlResponse(OAUTH_PAGE)],
  ];
  return pages.map(([path, handle]) => ({
    method: "GET",
    path,
    handle,
    page: true,
  }));
}
