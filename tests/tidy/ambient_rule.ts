/**
 * The rule `panal/ambient`: time, randomness, storage, network and the console are passed in. Only the files at the edge
 * reach for them, so that everything else runs the same in a simulation.
 *
 * @module
 */
import { visitImports } from "./imports.ts";
import { isGlobalReference } from "./scope.ts";
import { sourcePath } from "./source_path.ts";

type Node = Deno.lint.Node | Deno.lint.Parameter;

/**
 * The files at the edge, which turn the surroundings into interfaces. The pages and `.js` of web run in a browser, not in
 * a node; `web/ui_build.ts` is a program that runs before any node, to make of the pages what a node serves.
 */
const EDGE: readonly RegExp[] = [
  /^tests\//,
  /^nodes\/adapters\//,
  /^nodes\/main\.ts$/,
  /^net\/libp2p_\w+\.ts$/,
  /^net\/\w+_listener\.ts$/,
  /^web\/.*\.js$/,
  /^web\/ui\//,
  /^web\/ui_build\.ts$/,
];

/** Globals that reach the surroundings, alone or as a member. */
const AMBIENT = new Set([
  "AbortSignal.timeout",
  "BroadcastChannel",
  "Date.now",
  "Deno",
  "EventSource",
  "Math.random",
  "Temporal.Now",
  "WebSocket",
  "Worker",
  "alert",
  "confirm",
  "console",
  "crypto.getRandomValues",
  "crypto.randomUUID",
  "crypto.subtle.generateKey",
  "fetch",
  "localStorage",
  "performance",
  "process",
  "prompt",
  "queueMicrotask",
  "sessionStorage",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

/** Globals some of whose members are ambient: giving them another name would hide these. */
const HOLDERS = new Set(
  [...AMBIENT].filter((it) => it.includes("."))
    .map((it) => it.slice(0, it.lastIndexOf("."))).concat("globalThis"),
);

const ROOTS = new Set(
  [...AMBIENT].map((it) => it.replace(/\..*/, ""))
    .concat("globalThis", "self", "window"),
);

/** Node's modules that compute and do nothing else. */
const PURE_MODULES = new Set(
  [
    "assert",
    "assert/strict",
    "buffer",
    "crypto",
    "events",
    "path",
    "path/posix",
    "querystring",
    "string_decoder",
    "url",
    "util",
    "util/types",
    "zlib",
  ].map((name) => `node:${name}`),
);

/** What of `node:crypto` draws random bits, or would let a file reach what does. */
const RANDOM_NAMES =
  /^(\*|default|random|generate|getRandom|pseudoRandom|createECDH|createDiffieHellman|subtle$|webcrypto$)/;

/** Reports ambient time, randomness, storage, network and console outside the edge. */
export const ambientRule: Deno.lint.Rule = {
  create(context) {
    const from = sourcePath(context.filename);
    if (EDGE.some((place) => place.test(from))) return {};
    const reported = new Set<number>();
    return {
      ...visitImports((found) => {
        const message = found.typeOnly
          ? undefined
          : moduleProblem(found.specifier, found.names);
        if (message) context.report({ node: found.node, message });
      }),
      Identifier(node) {
        if (!ROOTS.has(node.name) || reported.has(node.range[0])) return;
        const ancestors = context.sourceCode.getAncestors(node);
        if (!isGlobalReference(node, ancestors)) return;
        const name = ambientName(node);
        if (!name) return;
        reported.add(node.range[0]);
        context.report({
          node,
          message: `${name} is ambient: take it as an argument`,
          hint: "Clock, Random, Store, Transport and Logger are passed in",
        });
      },
    };
  },
};

function moduleProblem(
  specifier: string,
  names: readonly string[],
): string | undefined {
  if (!specifier.startsWith("node:") || specifier === "node:sqlite") {
    return undefined;
  }
  if (!PURE_MODULES.has(specifier)) {
    return `${specifier} reaches the surroundings: pass in what it does`;
  }
  if (specifier !== "node:crypto") return undefined;
  const random = names.find((name) => RANDOM_NAMES.test(name));
  return random && `${random} of node:crypto gives random bits: take a Random`;
}

/** The ambient thing that an expression around a global name reaches, if any. */
function ambientName(identifier: Deno.lint.Identifier): string | undefined {
  let node: Node = identifier;
  let path = identifier.name;
  for (;;) {
    path = path.replace(/^(globalThis|self|window)\./, "");
    if (AMBIENT.has(path)) return path;
    if (!("parent" in node)) return undefined;
    const parent: Node = node.parent;
    if (parent.type === "MemberExpression") {
      const member = memberName(parent);
      if (!member || !isInside(parent.object, node)) return undefined;
      path += `.${member}`;
    } else if (!TRANSPARENT.has(parent.type)) {
      return useProblem(path, node, parent);
    }
    node = parent;
  }
}

/** Nodes that change nothing about the value of what they hold. */
const TRANSPARENT = new Set([
  "ChainExpression",
  "TSAsExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
]);

function isInside(outer: Node, inner: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

function memberName(node: Deno.lint.MemberExpression): string | undefined {
  const { property } = node;
  if (property.type === "Identifier" && !node.computed) return property.name;
  return property.type === "Literal" ? String(property.value) : undefined;
}

/** Judges what is done with a global that is ambient only in part. */
function useProblem(
  path: string,
  node: Node,
  parent: Node,
): string | undefined {
  if (path === "Date" && parent.type === "NewExpression") {
    return parent.arguments.length === 0 ? "new Date()" : undefined;
  }
  if (path === "Date" && parent.type === "CallExpression") {
    return isInside(parent.callee, node) ? "Date()" : undefined;
  }
  if (parent.type !== "VariableDeclarator" || !HOLDERS.has(path)) {
    return undefined;
  }
  if (parent.id.type !== "ObjectPattern") return `another name for ${path}`;
  return parent.id.properties.map((property) =>
    property.type === "Property" && property.key.type === "Identifier"
      ? `${path}.${property.key.name}`.replace(/^globalThis\./, "")
      : `the rest of ${path}`
  ).find((name) => AMBIENT.has(name) || name.startsWith("the rest"));
}
