import { isIdentifier } from "../identifier.ts";
import { isCanonicalName } from "../naming/canonical-name.ts";
import { parseEndpoint, printEndpoint } from "./endpoint.ts";
import { additionOf } from "./language-additions.ts";
import { modeVariableOf } from "./mode-variables.ts";
import { preloadOf } from "./preload.ts";
import { DRIVE, isAbsoluteScope } from "./scope-place.ts";
import { SPECIAL_SHARES } from "./special-shares.ts";
import { WINDOW } from "./window-names.ts";
import { symbolKeyOf } from "./symbol-shares.ts";

/**
 * The spelling of grants. Each reader gives `undefined` for a good one, and
 * otherwise says what is wrong with it. There is one spelling for each thing, so that
 * what a person reads in a review is what the runtime compares.
 */

/** `policy`: what moat writes and machines share; `overrides`: what a person wrote for this project. */
export type GrantOrigin = "policy" | "overrides";
/** What is wrong with a text, to be read after it and a colon; undefined for a good one. */
export type GrantSyntax = (text: string, origin: GrantOrigin) => string | undefined;

const SCOPE_TOKEN = /^<(?:package|cwd|tmp|home)>(?=\/|$)/u;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A path scope: `.`, `./dist`, `<package>/data`, `<tmp>`, or (overrides) an absolute path. */
export const scopeProblem: GrantSyntax = (text, origin) => {
  if (CONTROL.test(text)) return "a path has no control characters";
  if (text.includes("*")) return "scopes have no wildcards: a path grants its whole subtree";
  if (isAbsoluteScope(text)) {
    if (origin === "policy")
      return "an absolute path is for moat.overrides.json: the policy must mean the same on every machine";
    if (text === "/") return undefined;
    return stepsProblem(text.replace(DRIVE, "").replace(/^\/|^\\\\?/u, ""), /[\\/]/u);
  }
  if (text === ".") return undefined;
  const token = SCOPE_TOKEN.exec(text)?.[0];
  if (token !== undefined) {
    if (text === "<home>" && origin === "policy") return "the whole home folder is granted in moat.overrides.json only";
    return text === token ? undefined : stepsProblem(text.slice(token.length + 1), /\//u);
  }
  if (text.startsWith("./")) return stepsProblem(text.slice(2), /\//u);
  if (text.startsWith("<")) return "a scope begins with <package>, <cwd>, <tmp> or <home>";
  return `a scope is ".", "./a/b", "<package>/a", "<cwd>", "<tmp>" or "<home>/a"`;
};

function stepsProblem(path: string, separator: RegExp): string | undefined {
  const steps = path.split(separator);
  if (steps.includes("..")) return `".." is not allowed: write where it leads`;
  if (steps.includes("") || steps.includes("."))
    return `write it without empty and "." steps and without a / at the end`;
  if (!separator.test("\\") && path.includes("\\")) return "write / between folders";
  return undefined;
}

/** An endpoint: `host:443`, `*.example.com:443`, `127.0.0.1:*`, `[::1]:80`, `*:443`, `*`, or (overrides) `unix:/run/a.sock`. */
export const endpointProblem: GrantSyntax = (text, origin) => {
  if (text.startsWith("unix:"))
    return isAbsoluteScope(text.slice("unix:".length))
      ? scopeProblem(text.slice("unix:".length), origin)
      : "a unix socket is granted by its absolute path";
  if (/^[a-z]+:\/\//iu.test(text)) return `an endpoint has no scheme: write "host:port"`;
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) return `an endpoint is "host:port", "*.host:port", with "*" for any port, or "*"`;
  const canonical = printEndpoint(endpoint);
  return canonical === text ? undefined : `write it as ${JSON.stringify(canonical)}`;
};

/** An environment key, a prefix (`npm_config_*`), or (overrides) `*`. */
export const envProblem: GrantSyntax = (text, origin) => {
  if (text === "*")
    return origin === "overrides" ? undefined : `"*" (the whole environment) is for moat.overrides.json`;
  if (/^[A-Za-z_][A-Za-z0-9_.()@/:-]*\*?$/u.test(text)) return undefined;
  return `this is not an environment key: expected "NODE_ENV" or a prefix such as "FOO_*"`;
};

/**
 * A program by name (`git`), by a path scope (`<package>/bin/x`), in a package that this one may
 * import (`<dependency>/bin/x`), or (overrides) an absolute path or `*`.
 */
export const commandProblem: GrantSyntax = (text, origin) => {
  if (text === "*") return origin === "overrides" ? undefined : `"*" (any program) is for moat.overrides.json`;
  if (text.startsWith("<dependency>/"))
    return CONTROL.test(text)
      ? "a path has no control characters"
      : stepsProblem(text.slice("<dependency>/".length), /\//u);
  if (/^[./<\\]/u.test(text) || DRIVE.test(text))
    return text === "." || text === "/" || /^<[a-z]+>$/u.test(text)
      ? "this is a folder, not a program"
      : scopeProblem(text, origin);
  if (/^[A-Za-z0-9_][A-Za-z0-9_.+@-]*$/u.test(text)) return undefined;
  return `a command is the name of one program ("git"), without arguments, or its path`;
};

/** A native addon: a file's path inside the package, with `/`. */
export const addonProblem: GrantSyntax = (text) => {
  if (CONTROL.test(text)) return "a path has no control characters";
  if (text.includes("*")) return "native addons are granted file by file";
  if (isAbsoluteScope(text) || text.startsWith("./") || text.startsWith("<"))
    return `write the path inside the package, as in "build/Release/addon.node"`;
  return stepsProblem(text, /\//u);
};

/** The name of a global variable, or `window.*`: the window that another package defines. */
export const globalProblem: GrantSyntax = (text) =>
  (isIdentifier(text) && text !== "__proto__") || text === WINDOW
    ? undefined
    : "this is not the name of a global variable";

/** Names that a package may never define for the others: they would change what the language means. */
const NEVER_SHARED: ReadonlySet<string> = new Set(
  `globalThis global window self undefined NaN Infinity eval Function Object Array String Number Boolean Symbol BigInt Math JSON
   Reflect Proxy Promise Date RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
   Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer SharedArrayBuffer DataView Atomics Intl WebAssembly Iterator
   parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape unescape
   process require module exports Buffer console fetch setTimeout setInterval setImmediate clearTimeout clearInterval
   clearImmediate queueMicrotask structuredClone constructor prototype`.split(/\s+/u),
);

/** A global variable, or a registered symbol's, that a package defines for others, or one of the few shares that are something else. */
export const shareProblem: GrantSyntax = (text, origin) =>
  SPECIAL_SHARES.has(text) ||
  additionOf(text) !== undefined ||
  modeVariableOf(text) !== undefined ||
  (symbolKeyOf(text) !== undefined && !CONTROL.test(text))
    ? undefined
    : (globalProblem(text, origin) ??
      (NEVER_SHARED.has(text) ? "no package may define this one for others" : undefined));

/** A package whose exports another one changes, or (overrides) `*`. */
export const changeProblem: GrantSyntax = (text, origin) => {
  if (text === "*")
    return origin === "overrides" ? undefined : `"*" (the exports of all packages) is for moat.overrides.json`;
  return isCanonicalName(text) ? undefined : `this is not a canonical name such as "express>debug"`;
};

/** A builtin module's name without `node:`. */
export const builtinProblem: GrantSyntax = (text) => {
  if (text.startsWith("node:")) return `write it without "node:"`;
  return /^[a-z_][a-z0-9_]*(?:\/[a-z0-9_]+)*$/u.test(text) && text !== "__proto__"
    ? undefined
    : "this is not the name of a builtin module";
};

/** A member of a builtin module. */
export const memberProblem: GrantSyntax = (text) =>
  isIdentifier(text) && text !== "__proto__" ? undefined : "this is not the name of a member";

/** A module of a package: `dotenv/config`. */
const PACKAGE_MODULE =
  /^(?:@[A-Za-z0-9_~-][A-Za-z0-9_.~-]*\/)?[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(?:\/[A-Za-z0-9_@~+-][A-Za-z0-9_.@~+-]*)*$/u;

/**
 * What a policy was made for: `./index.js`, or an installed command, `bin:eslint`, with its package `bin:typescript/tsc`;
 * and what is loaded before these, `require:dotenv/config`.
 */
export const entryProblem: GrantSyntax = (text) => {
  if (CONTROL.test(text)) return "an entry has no control characters";
  if (text.startsWith("bin:"))
    return /^(?:(?:@[A-Za-z0-9_~-][A-Za-z0-9_.~-]*\/)?[A-Za-z0-9_~-][A-Za-z0-9_.~-]*\/)?[A-Za-z0-9_][A-Za-z0-9_.+@-]*$/u.test(
      text.slice(4),
    )
      ? undefined
      : `"bin:" is followed by the name of an installed command, or by its package and its name, "typescript/tsc"`;
  const preload = preloadOf(text);
  if (preload !== undefined)
    return PACKAGE_MODULE.test(preload.specifier)
      ? undefined
      : `"${preload.mode}:" is followed by a module of a package, "dotenv/config"; one of the project is an entry "./setup.js"`;
  if (text.startsWith("./")) return stepsProblem(text.slice(2), /\//u);
  return `an entry is "./index.js", relative to the project, or "bin:eslint"`;
};
