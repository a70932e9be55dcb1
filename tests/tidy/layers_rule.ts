/**
 * The rule `panal/layers`: imports point `web -> nodes -> net -> crdt`, and cross folders through `mod.ts`. It is a rule
 * of the linter so that an editor shows it while a file is written.
 *
 * @module
 */
import { type FoundImport, visitImports } from "./imports.ts";
import { importedPath, sourcePath } from "./source_path.ts";

/** The folders that each folder may import. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  crdt: [],
  net: ["crdt"],
  nodes: ["net", "crdt"],
  web: ["nodes", "crdt"],
};

/** The files of crdt that net may import: values and trust, but no document. */
export const PRIMITIVE_FILES: readonly string[] = [
  "cbor",
  "certificate",
  "clock",
  "errors",
  "ids",
  "random",
  "result",
].map((name) => `crdt/${name}.ts`);

const PROGRAM = "nodes/main.ts";

/** The pages: they run in a browser and know the node by its interface alone. */
const PAGES = "web/ui/";

/** What makes of the pages what a node serves; a program of its own, before any node. */
const BUILD = "web/ui_build.ts";

/** Reports imports that point the wrong way or around a folder's `mod.ts`. */
export const layersRule: Deno.lint.Rule = {
  create(context) {
    const from = sourcePath(context.filename);
    return visitImports((found) => {
      const target = importedPath(from, found.specifier);
      const message = target && layersProblem(from, target, found);
      if (message) context.report({ node: found.node, message });
    });
  },
};

/**
 * Judges one import.
 *
 * @param from The importing file, as `sourcePath` names it.
 * @param target The imported file, named the same way.
 * @param kind How it is imported.
 * @returns What is wrong, or undefined.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const value = { typeOnly: false, lazy: false };
 * strictEqual(layersProblem("nodes/node.ts", "crdt/mod.ts", value), undefined);
 * strictEqual(layersProblem("crdt/ids.ts", "net/mod.ts", value), "crdt must not import net (web -> nodes -> net -> crdt)");
 * ```
 */
export function layersProblem(
  from: string,
  target: string,
  kind: Pick<FoundImport, "typeOnly" | "lazy">,
): string | undefined {
  const source = folderOf(from);
  if (source === "tests") return undefined;
  const folder = folderOf(target);
  if (from.startsWith(PAGES)) {
    return target.startsWith(PAGES)
      ? undefined
      : "pages run in a browser: they import only files of web/ui";
  }
  if (target.startsWith(PAGES)) {
    return "only the bundle takes pages, a node serves what it made of them";
  }
  if (target === BUILD) return `nothing imports ${BUILD}, it is a program`;
  if (from === PROGRAM) {
    return folder === "tests" && !kind.lazy
      ? "the program loads tests only with import(), when a task asks for them"
      : undefined;
  }
  if (folder === "tests") return "only tests import tests";
  if (target === PROGRAM) return `nothing imports ${PROGRAM}, it is the top`;
  if (from === "mod.ts") return throughMod(target, folder);
  if (target === "mod.ts") return "mod.ts is for users, import below it";
  if (!(source in BELOW) || !(folder in BELOW)) return undefined;
  if (source === folder) return insideProblem(from, target);
  if (!BELOW[source]?.includes(folder)) {
    return `${source} must not import ${folder} (web -> nodes -> net -> crdt)`;
  }
  if (source === "net") return primitiveProblem(target);
  if (source === "web" && folder === "nodes" && !kind.typeOnly) {
    return "web receives nodes' objects, it imports only their types (import type)";
  }
  return throughMod(target, folder);
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

function throughMod(target: string, folder: string): string | undefined {
  return target === `${folder}/mod.ts`
    ? undefined
    : `import ${folder}/mod.ts instead of ${target}`;
}

function insideProblem(from: string, target: string): string | undefined {
  const folder = folderOf(from);
  return target === `${folder}/mod.ts`
    ? `files of ${folder} import each other, not ${target}`
    : undefined;
}

function primitiveProblem(target: string): string | undefined {
  return target === "crdt/mod.ts" || PRIMITIVE_FILES.includes(target)
    ? undefined
    : `net imports only crdt's primitive files, not ${target}`;
}
