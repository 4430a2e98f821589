// Turns a bundled ES module into CommonJS whose imports are constants.
//
// HAZARD: a bundler's own CommonJS output reads `fs_1.readFileSync` at each use, from an
// object that somebody may have changed since. moat's code holds what it imported when
// it was loaded, so imports become destructured constants.
import { parse } from "acorn";

/** @param {string} text what esbuild printed, with its imports and exports as statements of their own */
export function toCommonJs(text) {
  const { body } = parse(text, { ecmaVersion: "latest", sourceType: "module" });
  const edits = [];
  const replace = (node, by) => edits.push({ start: node.start, end: node.end, by });
  const isUnused = ({ local }) => CREATE_REQUIRE.test(local.name) && !isUsedElsewhere(body, local.name);
  for (const node of body) {
    if (node.type === "ImportDeclaration") replace(node, importAsConstants(node, isUnused));
    else if (node.type === "ExportNamedDeclaration" && node.declaration === null && node.source === null) {
      replace(node, exportsAsObject(node));
    } else if (node.type.startsWith("Export"))
      throw new Error(`a bundle with ${text.slice(node.start, node.start + 60)}`);
  }
  for (const node of nodesIn(body)) {
    if (node.type === "ImportExpression")
      replace(node, `Promise.resolve().then(()=>require(${text.slice(node.source.start, node.source.end)}))`);
    else if (isOwnRequire(node)) replace(node, "require");
    else if (isOwnFile(node)) replace(node, "__filename");
    else if (node.type === "MemberExpression" && isImportMeta(node))
      replace(node, `require("node:url").pathToFileURL(__filename).href`);
    else if (isNamedAlready(node)) replace(node, "");
    const named = nameGivenAnyway(node);
    if (named !== undefined) {
      replace({ start: named.call.start, end: named.function.start }, "");
      replace({ start: named.function.end, end: named.call.end }, "");
    }
  }
  return `"use strict";\n${apply(text, edits)}`;
}

/** Whether a name is used besides in calls that `isOwnRequire` knows, which are replaced. */
function isUsedElsewhere(body, name) {
  let uses = 0;
  for (const node of nodesIn(body)) {
    if (node.type === "Identifier" && node.name === name) uses++;
    else if (node.type === "ImportSpecifier")
      uses -= Number(node.local.name === name) + Number(node.imported.name === name);
    else if (node.type === "MemberExpression" && !node.computed && node.property.name === name) uses--;
    else if (
      (node.type === "Property" || node.type === "MethodDefinition") &&
      !node.computed &&
      !node.shorthand &&
      node.key.name === name
    )
      uses--;
    else if (isOwnRequire(node) && node.callee.name === name) uses--;
  }
  return uses > 0;
}

function importAsConstants({ specifiers: all, source }, isUnused) {
  const module = `require(${JSON.stringify(source.value)})`;
  if (all.length === 0) return `${module};`;
  const specifiers = all.filter((specifier) => !isUnused(specifier));
  const isNamed = ({ type }) => type === "ImportSpecifier";
  const names = specifiers.filter(isNamed).map(({ imported, local }) => `${imported.name}: ${local.name}`);
  // Of Node's builtins, which are all that has one, the default is the module itself.
  const wholes = specifiers
    .filter((specifier) => !isNamed(specifier))
    .map(({ local }) => `const ${local.name} = ${module};`);
  return `${names.length > 0 ? `const {${names.join()}} = ${module};` : ""}${wholes.join("")}`;
}

function exportsAsObject({ specifiers }) {
  return `module.exports = {${specifiers.map(({ exported, local }) => `${exported.name}: ${local.name}`).join(", ")}};`;
}

const CREATE_REQUIRE = /^createRequire\d*$/;

/** `createRequire(import.meta.url)`: what this file has as CommonJS. */
const isOwnRequire = (node) => isCallWithOwnUrl(node, CREATE_REQUIRE);

/** `fileURLToPath(import.meta.url)`: the same. */
const isOwnFile = (node) => isCallWithOwnUrl(node, /^fileURLToPath\d*$/);

function isCallWithOwnUrl(node, callee) {
  const [argument] = node.type === "CallExpression" && callee.test(node.callee.name) ? node.arguments : [];
  return argument?.type === "MemberExpression" && isImportMeta(argument);
}

const isImportMeta = ({ object, property }) => object.type === "MetaProperty" && property.name === "url";

/** `const f = __name(() => …, "f")`: the bundler need not say what the language does by itself. */
function nameGivenAnyway(node) {
  const [id, call] = node.type === "VariableDeclarator" ? [node.id, node.init] : [];
  if (call?.type !== "CallExpression" || call.callee.name !== "__name") return undefined;
  const [named, name] = call.arguments;
  const isAnonymous =
    named.type === "ArrowFunctionExpression" ||
    ((named.type === "FunctionExpression" || named.type === "ClassExpression") && named.id === null);
  return isAnonymous && id.name === name.value ? { call, function: named } : undefined;
}

/** `__name(f, "f")` after `function f() {}`, and the same in a class. */
function isNamedAlready(node) {
  if (node.type === "ClassDeclaration") for (const member of node.body.body) member.inClass = node.id.name;
  const [statement, called] = node.type === "StaticBlock" ? [node.body[0], node.inClass] : [node];
  const call = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  if (call?.type !== "CallExpression" || call.callee.name !== "__name") return false;
  const [named, name] = call.arguments;
  return (
    (named.type === "Identifier" && named.name === name.value) ||
    (named.type === "ThisExpression" && called === name.value)
  );
}

function* nodesIn(value) {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (typeof value?.type === "string") {
    yield value;
    for (const key of Object.keys(value)) if (typeof value[key] === "object") yield* nodesIn(value[key]);
  }
}

function apply(text, edits) {
  let out = "";
  let at = 0;
  for (const { start, end, by } of edits.toSorted((a, b) => a.start - b.start)) {
    // Within what was replaced as a whole.
    if (start < at) continue;
    out += text.slice(at, start) + by;
    at = end;
  }
  return out + text.slice(at);
}
