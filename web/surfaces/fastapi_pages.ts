/**
 * The API description pages of the compatibility surfaces. The original pages load their scripts from public networks
 * and are blank without; these stand alone.
 *
 * @module
 */
import { jsonResponse, type Route } from "./fastapi_app.ts";
import {
  type ApiDescription,
  type ApiOperation,
  openApiDocument,
} from "./fastapi_openapi.ts";
import { escapeHtml, pageResponse, type SurfacePage } from "./surface_page.ts";

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
    : `<p><label>Cuerpo <textarea>${
      escapeHtml(operation.body.example)
    }</textarea></label></p>`;
  return `<form data-method="${operation.method.toUpperCase()}" data-path="${
    escapeHtml(operation.path)
  }" data-type="${
    escapeHtml(operation.body?.mediaType ?? "")
  }">${inputs}${body}<p><button>Probar</button></p><pre><output></output></pre></form>`;
}

/** What an operation answers, in a word. */
function answerWord({ answer }: ApiOperation): string {
  if (answer === undefined) return "application/json";
  return answer === "html" ? "text/html" : answer;
}

function operationHtml(operation: ApiOperation, interactive: boolean): string {
  const body = operation.body === undefined
    ? ""
    : `<p>Cuerpo: <code>${
      escapeHtml(operation.body.mediaType)
    }</code>, <a href="#schema-${operation.body.schema}">${
      escapeHtml(operation.body.schema)
    }</a></p>`;
  const answer = `<p>Respuesta: <code>${
    escapeHtml(answerWord(operation))
  }</code></p>`;
  return `<details><summary><strong>${operation.method.toUpperCase()}</strong> <code>${
    escapeHtml(operation.path)
  }</code> ${escapeHtml(operation.summary)} <small>${
    escapeHtml(operation.tag)
  }</small></summary><div>${body}${answer}${
    interactive ? tryForm(operation) : ""
  }</div></details>`;
}

/**
 * An API description page, complete in itself.
 *
 * @param api What is described.
 * @param kind `Swagger UI` with a form to try each operation, or `ReDoc` without.
 * @returns The page.
 */
export function apiPage(
  api: ApiDescription,
  kind: "Swagger UI" | "ReDoc",
): SurfacePage {
  const operations = api.operations.map((operation) =>
    operationHtml(operation, kind === "Swagger UI")
  ).join("\n");
  const schemas = Object.entries(api.schemas).map(([name, schema]) =>
    `<h3 id="schema-${escapeHtml(name)}">${
      escapeHtml(name)
    }</h3><pre class="card">${
      escapeHtml(JSON.stringify(schema, null, 2))
    }</pre>`
  ).join("\n");
  const body = `<h1>${escapeHtml(api.title)} <small>${
    escapeHtml(api.version)
  }</small></h1>
<p>${escapeHtml(api.description)} <a href="/openapi.json">/openapi.json</a></p>
<h2>Operaciones</h2>
${operations}
<h2>Esquemas</h2>
${schemas}`;
  return {
    title: `${api.title} - ${kind}`,
    body,
    ...kind === "Swagger UI" && { script: TRY_SCRIPT },
  };
}

/** The page that the original interactive pages offer for OAuth; nothing uses it. */
const OAUTH_PAGE: SurfacePage = {
  title: "Swagger UI: OAuth2 Redirect",
  body: "<h1>Swagger UI: OAuth2 Redirect</h1>",
};

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
    ["/docs", () => pageResponse(interactive)],
    ["/docs/oauth2-redirect", () => pageResponse(OAUTH_PAGE)],
  ];
  return pages.map(([path, handle]) => ({
    method: "GET",
    path,
    handle,
    page: true,
  }));
}
