/**
 * What the layer rule cannot see from one file: circles of imports, and what net takes through crdt's `mod.ts`.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { type FoundImport, importsOf } from "./imports.ts";
import { PRIMITIVE_FILES } from "./layers_rule.ts";
import { importedPath, listFiles, PROJECT_URL } from "./source_path.ts";

type Graph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of every file of the project. */
async function readImports(): Promise<Map<string, FoundImport[]>> {
  const imports = new Map<string, FoundImport[]>();
  for (const path of await listFiles()) {
    if (!/\.tsx?$/.test(path)) continue;
    const source = await Deno.readTextFile(new URL(path, PROJECT_URL));
    imports.set(path, importsOf(path, source));
  }
  return imports;
}

/** Keeps of the imports which file names which. */
function graphOf(imports: ReadonlyMap<string, FoundImport[]>): Graph {
  return new Map([...imports].map(([path, found]) => {
    const targets = found.map((it) => importedPath(path, it.specifier));
    return [path, targets.filter((it) => it !== undefined)];
  }));
}

/** Finds circles: for each way back to a file that is still being walked, the files on it. */
function findCircles(graph: Graph): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) {
      circles.push([...way.slice(start), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return circles;
}

/** Names what a file of net takes through crdt's `mod.ts` from a file that is not primitive. */
function indirectProblems(imports: ReadonlyMap<string, FoundImport[]>) {
  const offered = imports.get("crdt/mod.ts") ?? [];
  const primitive = new Set(
    offered
      .filter((it) =>
        PRIMITIVE_FILES.includes(
          importedPath("crdt/mod.ts", it.specifier) ?? "",
        )
      ).flatMap((it) => it.names),
  );
  return [...imports].filter(([path]) => path.startsWith("net/"))
    .flatMap(([path, found]) =>
      found.filter((it) => importedPath(path, it.specifier) === "crdt/mod.ts")
        .flatMap((it) => it.names)
        .filter((name) => !primitive.has(name))
        .map((name) => `${path} takes ${name} through crdt/mod.ts`)
    );
}

Deno.test("findCircles() names the files of a circle", () => {
  const graph = new Map([
    ["a.ts", ["b.ts", "d.ts"]],
    ["b.ts", ["c.ts"]],
    ["c.ts", ["b.ts"]],
    ["d.ts", ["c.ts"]],
  ]);
  deepStrictEqual(findCircles(graph), ["b.ts -> c.ts -> b.ts"]);
});

Deno.test("findCircles() finds nothing where two ways lead to one file", () => {
  const graph = new Map([["a.ts", ["b.ts", "c.ts"]], ["b.ts", ["c.ts"]]]);
  deepStrictEqual(findCircles(graph), []);
});

Deno.test("importsOf() finds every form and nothing in comments or texts", () => {
  const source = `
    import a, { b as c } from "./1.ts";
    import type { T } from "./2.ts";
    export { d } from "./3.ts";
    export * from "./4.ts";
    const e = await import("./5.ts");
    type U = import("./6.ts").U;
    import "./7.ts";
    // import f from "./8.ts";
    const text = 'import g from "./9.ts"';
  `;
  const found = importsOf("crdt/it.ts", source).map((it) => [
    it.specifier,
    it.names.join(),
    it.typeOnly,
    it.lazy,
  ]);
  deepStrictEqual(found, [
    ["./1.ts", "default,b", false, false],
    ["./2.ts", "T", true, false],
    ["./3.ts", "d", false, false],
    ["./4.ts", "*", false, false],
    ["./5.ts", "*", false, true],
    ["./6.ts", "*", true, false],
    ["./7.ts", "", false, false],
  ]);
});

Deno.test("indirectProblems() names what net takes from other than primitive files", () => {
  const imports = new Map([
    [
      "crdt/mod.ts",
      importsOf(
        "crdt/mod.ts",
        'export { a } from "./ids.ts"; export { b } from "./stock.ts";',
      ),
    ],
    [
      "net/it.ts",
      importsOf("net/it.ts", 'import { a, b } from "../crdt/mod.ts";'),
    ],
  ]);
  deepStrictEqual(indirectProblems(imports), [
    "net/it.ts takes b through crdt/mod.ts",
  ]);
});

Deno.test("no file of the project imports itself in a circle", async () => {
  deepStrictEqual(findCircles(graphOf(await readImports())), []);
});

Deno.test("net takes only primitive values from crdt", async () => {
  deepStrictEqual(indirectProblems(await readImports()), []);
});
