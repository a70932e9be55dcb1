// Draws /v1/openapi.json as a page: an index, each operation with its schemas, and a form to try it. Everything from
// the description and from answers is put in as text, never as markup.

/** Makes an element with attributes and children. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined) {
      node.setAttribute(key, value);
    }
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/** Text in which `words` between backticks are code. */
function prose(text) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? element("code", {}, part) : part
  );
}

function paragraphs(text) {
  return text.split(/\n\s*\n/).map((part) => element("p", {}, ...prose(part)));
}

let description;

function resolve(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name === undefined
    ? schema ?? {}
    : description.components.schemas[name] ?? {};
}

/** A schema's type in a few words. */
function typeOf(schema) {
  const name = schema.$ref?.split("/").pop();
  if (name !== undefined) return name;
  const any = schema.anyOf ?? schema.oneOf;
  if (any !== undefined) return any.map(typeOf).join(" or ");
  if (schema.allOf !== undefined) return schema.allOf.map(typeOf).join(" and ");
  if (schema.enum !== undefined) {
    return schema.enum.length > 8
      ? "one of the codes"
      : schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  const types = [schema.type ?? "anything"].flat().map((type) => {
    if (type === "array") return `list of ${typeOf(schema.items ?? {})}`;
    return schema.format === undefined || type === "null"
      ? type
      : `${type} (${schema.format})`;
  });
  return types.join(" or ");
}

function limitsOf(schema) {
  const words = [];
  if (schema.minimum !== undefined) words.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) words.push(`at most ${schema.maximum}`);
  if (schema.minItems !== undefined) {
    words.push(`${schema.minItems} items or more`);
  }
  if (schema.maxItems !== undefined) {
    words.push(`${schema.maxItems} items or fewer`);
  }
  if (schema.maxLength !== undefined) {
    words.push(`up to ${schema.maxLength} characters`);
  }
  if (schema.default !== undefined) {
    words.push(`default ${JSON.stringify(schema.default)}`);
  }
  return words.join(", ");
}

/** The fields of a schema as table rows, with those of lists and objects inside it. */
function fieldRows(schema, prefix = "", depth = 0) {
  const resolved = resolve(schema);
  const inner = resolved.items === undefined
    ? resolved
    : resolve(resolved.items);
  if (depth > 4 || inner.properties === undefined) return [];
  const base = resolved.items === undefined ? prefix : `${prefix}[].`;
  return Object.entries(inner.properties).flatMap(([name, field]) => {
    const known = resolve(field);
    const text = [known.description ?? "", limitsOf(known)].filter((part) =>
      part !== ""
    ).join(" — ");
    const path = `${base}${name}`;
    const nested = known.items === undefined ? `${path}.` : path;
    const required = inner.required?.includes(name);
    return [
      element(
        "tr",
        {},
        element("td", {}, element("code", {}, path)),
        element("td", {}, typeOf(field)),
        element("td", {}, required ? "" : "optional"),
        element("td", {}, ...prose(text)),
      ),
      ...fieldRows(field, nested, depth + 1),
    ];
  });
}

function fieldTable(schema) {
  const rows = fieldRows(schema);
  if (rows.length === 0) return element("p", {}, typeOf(schema));
  return element("table", {}, element("tbody", {}, ...rows));
}

/** A value that a schema would take, to begin a body with. */
function exampleOf(schema, depth = 0) {
  const known = resolve(schema);
  if (known.example !== undefined) return known.example;
  if (known.default !== undefined) return known.default;
  if (known.enum !== undefined) return known.enum[0];
  if (known.anyOf !== undefined) return exampleOf(known.anyOf[0], depth);
  if (known.allOf !== undefined) return exampleOf(known.allOf[0], depth);
  const type = [known.type].flat()[0];
  if (type === "array") {
    return depth > 4 ? [] : [exampleOf(known.items, depth + 1)];
  }
  if (type === "object") {
    const required = known.required ?? [];
    const names = required.length > 0
      ? required
      : Object.keys(known.properties ?? {}).slice(0, 1);
    return Object.fromEntries(
      names.map((name) => [name, exampleOf(known.properties[name], depth + 1)]),
    );
  }
  if (type === "integer" || type === "number") return known.minimum ?? 1;
  if (type === "boolean") return true;
  if (known.pattern?.startsWith("^[0-9]{1,16}(")) return "12.50";
  return "text";
}

function parameterTable(parameters) {
  return element(
    "table",
    {},
    element(
      "tbody",
      {},
      ...parameters.map((parameter) => {
        const known = resolve(parameter.schema);
        const text = [
          parameter.description ?? known.description ?? "",
          limitsOf(known),
        ].filter((part) => part !== "").join(" — ");
        return element(
          "tr",
          {},
          element("td", {}, element("code", {}, parameter.name)),
          element("td", {}, parameter.in),
          element("td", {}, typeOf(parameter.schema ?? {})),
          element("td", {}, parameter.required ? "" : "optional"),
          element("td", {}, ...prose(text)),
        );
      }),
    ),
  );
}

function responseTable(responses) {
  return element(
    "table",
    {},
    element(
      "tbody",
      {},
      ...Object.entries(responses).map(([status, response]) =>
        element(
          "tr",
          {},
          element("td", {}, element("code", {}, status)),
          element("td", {}, ...prose(response.description)),
        )
      ),
    ),
  );
}

function answerSchema(operation) {
  for (const [status, response] of Object.entries(operation.responses)) {
    const schema = response.content?.["application/json"]?.schema;
    if (status.startsWith("2") && schema !== undefined) return schema;
  }
  return undefined;
}

function field(parameter) {
  const known = resolve(parameter.schema);
  const options = known.enum;
  const input = options === undefined
    ? element("input", {
      name: parameter.name,
      required: parameter.required === true,
      placeholder: known.example ?? known.default ?? "",
    })
    : element(
      "select",
      { name: parameter.name },
      element("option", { value: "" }, ""),
      ...options.map((value) => element("option", { value }, value)),
    );
  input.dataset.in = parameter.in;
  return element("label", {}, element("code", {}, parameter.name), input);
}

/** The address that a filled-in form asks for. */
function addressOf(path, form) {
  let address = path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("[data-in]")) {
    if (input.value === "") continue;
    if (input.dataset.in === "query") query.set(input.name, input.value);
    else {
      address = address.replace(
        `{${input.name}}`,
        encodeURIComponent(input.value),
      );
    }
  }
  return query.size === 0 ? address : `${address}?${query}`;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(method, address, body) {
  const parts = ["curl", quoted(`${location.origin}${address}`)];
  if (method !== "get") parts.splice(1, 0, "-X", method.toUpperCase());
  if (body !== undefined) {
    parts.push("-H", "'content-type: application/json'", "-d", quoted(body));
  }
  return parts.join(" ");
}

const SHOWN_CHARACTERS_MAX = 200_000;

/** Shows an answer as it arrives, so that a stream of events is seen too. */
async function showAnswer(response, body) {
  const reader = response.body?.pipeThrough(new TextDecoderStream())
    .getReader();
  if (reader === undefined) return;
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text = (text + value).slice(-SHOWN_CHARACTERS_MAX);
    body.textContent = text;
  }
  try {
    body.textContent = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Not JSON: shown as it came.
  }
}

function tryForm(method, path, operation) {
  const bodySchema = operation.requestBody?.content["application/json"]?.schema;
  const area = bodySchema === undefined ? undefined : element(
    "textarea",
    { "aria-label": "Body", spellcheck: "false" },
    JSON.stringify(exampleOf(bodySchema), null, 2),
  );
  const send = element("button", { type: "submit" }, "Send");
  const stop = element("button", { type: "button", hidden: true }, "Stop");
  const curl = element("pre", { hidden: true });
  const status = element("p", { class: "dim", "aria-live": "polite" });
  const body = element("pre", { hidden: true });
  let abort;
  stop.addEventListener("click", () => abort?.abort());

  async function submit(event) {
    event.preventDefault();
    const address = addressOf(path, form);
    abort = new AbortController();
    curl.textContent = curlOf(method, address, area?.value);
    body.textContent = "";
    curl.hidden = body.hidden = stop.hidden = false;
    send.disabled = true;
    status.textContent = "Waiting…";
    const begun = performance.now();
    try {
      const response = await fetch(address, {
        method: method.toUpperCase(),
        signal: abort.signal,
        ...(area === undefined ? {} : {
          body: area.value,
          headers: { "content-type": "application/json" },
        }),
      });
      const took = (performance.now() - begun).toFixed(1);
      status.textContent = `${response.status} in ${took} ms, ${
        response.headers.get("content-type") ?? "no body"
      }`;
      await showAnswer(response, body);
    } catch (error) {
      status.textContent = error.name === "AbortError"
        ? "Stopped."
        : `No answer: ${error.message}`;
    } finally {
      send.disabled = false;
      stop.hidden = true;
    }
  }

  const form = element(
    "form",
    { onsubmit: submit },
    ...(operation.parameters ?? []).map(field),
    area,
    element("p", {}, send, " ", stop),
  );
  return element("div", {}, form, curl, status, body);
}

function drawOperation(method, path, operation) {
  const answer = answerSchema(operation);
  const parts = [
    ...(operation.description === undefined
      ? []
      : paragraphs(operation.description)),
  ];
  if (operation.parameters?.length > 0) {
    parts.push(
      element("h3", {}, "Parameters"),
      parameterTable(operation.parameters),
    );
  }
  const body = operation.requestBody?.content["application/json"]?.schema;
  if (body !== undefined) {
    parts.push(element("h3", {}, "Body"), fieldTable(body));
  }
  parts.push(element("h3", {}, "Try it"), tryForm(method, path, operation));
  if (answer !== undefined) {
    parts.push(element("h3", {}, "Answer"), fieldTable(answer));
  }
  parts.push(
    element("h3", {}, "Statuses"),
    responseTable(operation.responses),
  );
  return element(
    "details",
    { id: operation.operationId },
    element(
      "summary",
      {},
      element("span", { class: `method ${method}` }, method.toUpperCase()),
      element("span", { class: "path" }, path),
      element("span", { class: "dim" }, operation.summary),
    ),
    element("div", {}, ...parts),
  );
}

function operationsOf(tag) {
  return Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags?.includes(tag))
      .map(([method, operation]) => ({ method, path, operation }))
  );
}

function draw() {
  const { info, tags } = description;
  document.querySelector("#intro").replaceChildren(
    element("h1", {}, `${info.title} ${info.version}`),
    ...paragraphs(info.description),
  );
  const index = document.querySelector("#index");
  const place = document.querySelector("#operations");
  for (const tag of tags) {
    const operations = operationsOf(tag.name);
    if (operations.length === 0) continue;
    index.append(
      element("h2", {}, tag.name),
      ...operations.map(({ method, path, operation }) =>
        element(
          "a",
          {
            href: `#${operation.operationId}`,
            "data-find": `${method} ${path} ${operation.summary}`.toLowerCase(),
          },
          element("span", { class: `method ${method}` }, method.toUpperCase()),
          path.replace("/v1", ""),
        )
      ),
    );
    place.append(
      element(
        "section",
        {},
        element("h2", {}, tag.name),
        element("p", { class: "dim" }, tag.description),
        ...operations.map(({ method, path, operation }) =>
          drawOperation(method, path, operation)
        ),
      ),
    );
  }
}

/** Opens the operation that the address names. */
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

function find(event) {
  const words = event.target.value.toLowerCase();
  for (const link of document.querySelectorAll("[data-find]")) {
    link.hidden = !link.dataset.find.includes(words);
  }
}

async function start() {
  try {
    const response = await fetch("/v1/openapi.json");
    if (!response.ok) throw new Error(`status ${response.status}`);
    description = await response.json();
  } catch (error) {
    document.querySelector("#intro").replaceChildren(
      element("p", {}, `Cannot load /v1/openapi.json: ${error.message}`),
    );
    return;
  }
  draw();
  openNamed();
  addEventListener("hashchange", openNamed);
  document.querySelector("#find").addEventListener("input", find);
}

start();
