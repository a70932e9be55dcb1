/**
 * The rule `panal/wrapped`: each library is imported in one place, so that it can be replaced there. The table is the
 * list of dependencies: a library without a line in it may not be imported at all.
 *
 * @module
 */
import { visitImports } from "./imports.ts";
import { importedPath, sourcePath } from "./source_path.ts";

const LIBP2P = [/^net\/libp2p_\w+\.ts$/];
const PAGES = [/^web\/ui\//];

/** Where each library may be imported; tests may import all. */
export const WRAPPED: Readonly<Record<string, readonly RegExp[]>> = {
  "@automerge/automerge": [/^crdt\/documents\.ts$/],
  "@electric-sql/pglite": [],
  "@electric-sql/pglite-socket": [],
  "@chainsafe/libp2p-noise": LIBP2P,
  "@chainsafe/libp2p-yamux": LIBP2P,
  "@hono/zod-openapi": [/^web\/(?!ui\/)/],
  "@libp2p/crypto": LIBP2P,
  "@libp2p/identify": LIBP2P,
  "@libp2p/interface": LIBP2P,
  "@libp2p/mdns": LIBP2P,
  "@libp2p/peer-id": LIBP2P,
  "@libp2p/tcp": LIBP2P,
  "@multiformats/multiaddr": LIBP2P,
  "@platformatic/kafka": [/^nodes\/adapters\/kafka_client\.ts$/],
  "@preact/signals": PAGES,
  "@sparticuz/chromium": [],
  "axe-core": [],
  "cborg": [/^crdt\/cbor\.ts$/],
  "fast-check": [],
  "hono": [/^web\/(?!ui\/)/, /^nodes\/main\.ts$/, /^nodes\/adapters\//],
  "hyparquet": [/^nodes\/(adapters|replay)\//],
  "hyparquet-compressors": [/^nodes\/(adapters|replay)\//],
  "libp2p": LIBP2P,
  "multiformats": [/^crdt\/ids\.ts$/],
  "croner": [/^nodes\/adapters\/nightly\.ts$/],
  "hash-wasm": [/^nodes\/adapters\/password_worker\.ts$/],
  "jose": [/^nodes\/adapters\/web_tokens\.ts$/],
  "playwright-core": [],
  "postgres": [/^nodes\/adapters\/postgres_client\.ts$/],
  "preact": PAGES,
  "prom-client": [/^nodes\/adapters\/prometheus\.ts$/],
  "socket.io": [/^nodes\/adapters\/socket_io_server\.ts$/],
  "socket.io-client": [],
  "uplot": [/^web\/ui\/reports\/chart\.tsx$/],
  "node:sqlite": [/^nodes\/adapters\/sqlite_\w+\.ts$/],
  "zod": [/^crdt\//, /^net\//, /^nodes\//, /^web\/(?!ui\/)/],
};

/** Reports libraries imported elsewhere than in their one place. */
export const wrappedRule: Deno.lint.Rule = {
  create(context) {
    const from = sourcePath(context.filename);
    return visitImports(({ specifier, node }) => {
      if (importedPath(from, specifier) !== undefined) return;
      const message = wrappedProblem(from, specifier);
      if (message) context.report({ node, message });
    });
  },
};

/**
 * Judges the import of a library.
 *
 * @param from The importing file, as `sourcePath` names it.
 * @param specifier What the import names.
 * @returns What is wrong, or undefined.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(wrappedProblem("web/app.ts", "hono/streaming"), undefined);
 * strictEqual(wrappedProblem("crdt/stock.ts", "hono"), "hono is not imported here, tests/tidy/wrapped_rule.ts says where");
 * ```
 */
export function wrappedProblem(
  from: string,
  specifier: string,
): string | undefined {
  const library = libraryOf(specifier);
  if (from.startsWith("tests/")) return undefined;
  const places = WRAPPED[library];
  if (!places) {
    return library.startsWith("node:")
      ? undefined
      : `${library} has no place in tests/tidy/wrapped_rule.ts, nor a reason`;
  }
  return places.some((place) => place.test(from))
    ? undefined
    : `${library} is not imported here, tests/tidy/wrapped_rule.ts says where`;
}

/** The library of `name/path` and `@scope/name/path`; `node:` modules stay whole. */
function libraryOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  const bare = specifier.replace(/^(npm|jsr):\/?/, "");
  const [first = "", second = ""] = bare.split("/");
  const name = first.startsWith("@") ? `${first}/${second}` : first;
  return name.replace(/(?<=.)@.*$/, "");
}
