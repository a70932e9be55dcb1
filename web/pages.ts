/**
 * The pages that people work with: one shell at every path of `PAGE_PATHS`, and the files that it loads. They hold no
 * data of the node, so anybody may have them; what they show they ask for over the interface.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { PageFile } from "../nodes/mod.ts";
import { PAGE_PATHS } from "./page_paths.ts";
import type { Route } from "./route.ts";

/** A page or a file of it: its address and its answer. */
export type PageRoute = Pick<Route, "method" | "pattern" | "handle">;

/** What the pages may do: nothing but load their own files and ask this node. */
const SECURITY: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const HTML = "text/html; charset=utf-8";
/** Asked for again each time; an unchanged one is answered in a few bytes. */
const REVALIDATED = "no-cache";
/** Its path tells its content, so it never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** What one address answers. */
interface Content {
  readonly type: string;
  readonly cache: string;
  readonly hash: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly br?: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
}

/**
 * The routes of the pages.
 *
 * @param files What `deno task bundle` made; undefined where it was not run.
 * @returns Routes that the OpenAPI document does not list.
 */
export function pageRoutes(
  files: readonly PageFile[] | undefined,
): PageRoute[] {
  if (files === undefined) {
    return PAGE_PATHS.map((pattern) => route(pattern, notBundled));
  }
  const shell = shellContent(files);
  return [
    ...PAGE_PATHS.map((pattern) =>
      route(pattern, (request) => answer(request, shell))
    ),
    ...files.map((file) => {
      const isNamedByContent = file.path === `/assets/${file.file}`;
      const cache = isNamedByContent ? IMMUTABLE : REVALIDATED;
      const content = { ...file, cache };
      return route(file.path, (request) => answer(request, content));
    }),
  ];
}

function route(
  pattern: string,
  handle: (request: Request) => Response,
): PageRoute {
  return {
    method: "GET",
    pattern,
    handle: (context) => handle(context.req.raw),
  };
}

function answer(request: Request, content: Content): Response {
  const encoding = encodingFor(
    request.headers.get("accept-encoding"),
    content,
  );
  const etag = `"${content.hash}${
    encoding === undefined ? "" : `-${encoding}`
  }"`;
  const headers = {
    ...SECURITY,
    "cache-control": content.cache,
    etag,
    vary: "accept-encoding",
  };
  if (isKnown(request.headers.get("if-none-match"), content.hash)) {
    return new Response(null, { status: 304, headers });
  }
  const body = content[encoding ?? "body"] ?? content.body;
  return new Response(body, {
    headers: {
      ...headers,
      "content-type": content.type,
      "content-length": String(body.length),
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    },
  });
}

/** The smallest form that the client takes; undefined for the content itself. */
function encodingFor(
  accepted: string | null,
  content: Content,
): "br" | "gzip" | undefined {
  if (accepted === null) return undefined;
  const taken = new Set(
    accepted.toLowerCase().split(",").map((one) => one.split(";"))
      .filter(([, weight = ""]) => !/^\s*q=0(?:\.0*)?\s*$/.test(weight))
      .map(([name = ""]) => name.trim()),
  );
  return (["br", "gzip"] as const).find((name) =>
    content[name] !== undefined && taken.has(name)
  );
}

/** Tells whether the client has the content already, in whichever form. */
function isKnown(known: string | null, hash: string): boolean {
  return known !== null &&
    known.split(",").some((one) =>
      /^(?:W\/)?"([0-9a-f]+)(?:-(?:br|gzip))?"$/.exec(one.trim())?.[1] === hash
    );
}

function shellContent(files: readonly PageFile[]): Content {
  const body = new TextEncoder().encode(shellText(files));
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { type: HTML, cache: REVALIDATED, hash, body };
}

/** The page that every path shows. Nothing runs or is styled in it: both are files, as its policy demands. */
function shellText(files: readonly PageFile[]): string {
  const find = (name: string) => files.find((file) => file.name === name);
  const preloads = importsOf(find("app.js"), files)
    .map((path) => `<link rel="modulepreload" href="${path}">\n`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Panal</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f7f5f0" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#14120e" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="${find("style.css")?.path}">
${preloads.join("")}<script type="module" src="${
    find("app.js")?.path
  }"></script>
<link rel="manifest" href="/manifest.webmanifest">
<link rel="icon" type="image/svg+xml" href="${find("icon.svg")?.path}">
<link rel="apple-touch-icon" href="${find("icon-maskable-512.png")?.path}">
</head>
<body>
<noscript>These pages need JavaScript. So does /v1/reference; curl does not.</noscript>
</body>
</html>
`;
}

/** Everything that a script loads before it runs, so that a browser fetches it at once and not step by step. */
function importsOf(
  script: PageFile | undefined,
  files: readonly PageFile[],
): readonly string[] {
  const found = new Set<string>();
  const add = (file: PageFile | undefined) => {
    for (const path of file?.imports ?? []) {
      if (found.has(path)) continue;
      found.add(path);
      add(files.find((one) => one.path === path));
    }
  };
  add(script);
  return [...found];
}

function notBundled(): Response {
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Panal</title>
<h1>The pages are not there yet</h1>
<p>This node runs, but its pages have not been bundled. Run <code>deno task bundle</code> and start the node again.</p>
<p>Meanwhile its <a href="/v1/reference">interface</a> can be used as it is.</p>
</html>
`;
  return new Response(text, {
    status: 503,
    headers: { ...SECURITY, "content-type": HTML, "cache-control": "no-store" },
  });
}
