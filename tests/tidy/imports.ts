/**
 * Finds what a file imports, whichever of the language's forms it uses. The lint rules and the test for circular
 * imports stand on this one reading of them; it uses Deno's own parser, so comments and texts never count.
 *
 * @module
 */

/** One import or re-export of a file. */
export interface FoundImport {
  /** What it names: a relative path or a library. */
  readonly specifier: string;
  /** True if nothing of it is left when the program runs (`import type`, `export type`, `import("…").T`). */
  readonly typeOnly: boolean;
  /** True for `import(…)`, which loads when it is reached. */
  readonly lazy: boolean;
  /** The imported names; `*` stands for all of them. */
  readonly names: readonly string[];
  /** Where it stands. */
  readonly node: Deno.lint.Node;
}

/**
 * Makes the visitor of a lint rule that looks at imports.
 *
 * @param found Called for each import, in the file's order.
 * @returns The visitor.
 */
export function visitImports(
  found: (it: FoundImport) => void,
): Deno.lint.LintVisitor {
  return {
    ImportDeclaration(node) {
      found({
        specifier: node.source.value,
        typeOnly: node.importKind === "type",
        lazy: false,
        names: node.specifiers.map(importedName),
        node,
      });
    },
    ExportNamedDeclaration(node) {
      if (!node.source) return;
      found({
        specifier: node.source.value,
        typeOnly: node.exportKind === "type",
        lazy: false,
        names: node.specifiers.map((it) => nameOf(it.local)),
        node,
      });
    },
    ExportAllDeclaration(node) {
      found({
        specifier: node.source.value,
        typeOnly: node.exportKind === "type",
        lazy: false,
        names: ["*"],
        node,
      });
    },
    ImportExpression(node) {
      const { source } = node;
      if (source.type !== "Literal" || typeof source.value !== "string") return;
      found({
        specifier: source.value,
        typeOnly: false,
        lazy: true,
        names: ["*"],
        node,
      });
    },
    TSImportType(node) {
      const { argument } = node;
      if (argument.type !== "TSLiteralType") return;
      const { literal } = argument;
      if (literal.type !== "Literal" || typeof literal.value !== "string") {
        return;
      }
      found({
        specifier: literal.value,
        typeOnly: true,
        lazy: false,
        names: ["*"],
        node,
      });
    },
  };
}

/**
 * Lists what a file imports. Works only under `deno test`, whose parser it borrows.
 *
 * @param path The file's path.
 * @param source The file's text.
 * @returns Its imports, in order.
 */
export function importsOf(path: string, source: string): FoundImport[] {
  const imports: FoundImport[] = [];
  const create = () => visitImports((it) => imports.push(it));
  const plugin = { name: "imports", rules: { list: { create } } };
  Deno.lint.runPlugin(plugin, path, source);
  return imports;
}

function importedName(
  specifier: Deno.lint.ImportDeclaration["specifiers"][number],
): string {
  switch (specifier.type) {
    case "ImportSpecifier":
      return nameOf(specifier.imported);
    case "ImportDefaultSpecifier":
      return "default";
    case "ImportNamespaceSpecifier":
      return "*";
  }
}

function nameOf(node: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}
