/**
 * Tells a global name from a local one of the same name. Deno's lint plugins get no scopes from the linter; this finds
 * as much of them as a rule about globals needs.
 *
 * @module
 */

type Node = Deno.lint.Node | Deno.lint.Parameter;

/** Type nodes that hold a value expression; all others hold only types. */
const TYPE_NODES_WITH_VALUE = new Set([
  "TSAsExpression",
  "TSExportAssignment",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
]);

/** Nodes in which an identifier is a name and not a value. */
const NAMING_NODES = new Set([
  "BreakStatement",
  "ContinueStatement",
  "ImportDefaultSpecifier",
  "ImportNamespaceSpecifier",
  "ImportSpecifier",
  "LabeledStatement",
  "MetaProperty",
]);

/**
 * Tells whether an identifier reads a global value.
 *
 * @param node The identifier.
 * @param ancestors Its ancestors, outermost first.
 * @returns False for keys, members, types, declarations, and names declared around it.
 */
export function isGlobalReference(
  node: Deno.lint.Identifier,
  ancestors: readonly Node[],
): boolean {
  return isValue(node) &&
    !ancestors.some((scope) => declaredNames(scope).includes(node.name));
}

function isValue(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  if (NAMING_NODES.has(parent.type)) return false;
  if (parent.type.startsWith("TS")) {
    return TYPE_NODES_WITH_VALUE.has(parent.type);
  }
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !isSame(parent.property, node);
    case "Property":
      return parent.computed || parent.shorthand || !isSame(parent.key, node);
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.computed || !isSame(parent.key, node);
    default:
      return true;
  }
}

/** The linter makes new objects for the same node, so nodes are compared by their place. */
function isSame(one: Node, other: Node): boolean {
  return one.range[0] === other.range[0] && one.range[1] === other.range[1];
}

/** The names that a node declares for what stands inside it. */
function declaredNames(scope: Node): string[] {
  switch (scope.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
    case "TSModuleBlock":
      return scope.body.flatMap(statementNames);
    case "SwitchStatement":
      return scope.cases.flatMap((it) => it.consequent.flatMap(statementNames));
    case "FunctionDeclaration":
    case "FunctionExpression":
      return [
        ...scope.params.flatMap(patternNames),
        ...(scope.id ? [scope.id.name] : []),
      ];
    case "ArrowFunctionExpression":
      return scope.params.flatMap(patternNames);
    case "ClassExpression":
      return scope.id ? [scope.id.name] : [];
    case "CatchClause":
      return scope.param ? patternNames(scope.param) : [];
    case "ForStatement":
      return scope.init ? statementNames(scope.init) : [];
    case "ForInStatement":
    case "ForOfStatement":
      return statementNames(scope.left);
    default:
      return [];
  }
}

function statementNames(statement: Node): string[] {
  switch (statement.type) {
    case "ImportDeclaration":
      return statement.specifiers.map((it) => it.local.name);
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      return statement.declaration ? statementNames(statement.declaration) : [];
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return statement.id ? [statement.id.name] : [];
    case "VariableDeclaration":
      return statement.declarations.flatMap((it) => patternNames(it.id));
    default:
      return [];
  }
}

function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case "TSParameterProperty":
      return patternNames(pattern.parameter);
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap(patternNames);
    case "Property":
      return patternNames(pattern.value);
    case "ArrayPattern":
      return pattern.elements.flatMap((it) => it ? patternNames(it) : []);
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    default:
      return [];
  }
}
