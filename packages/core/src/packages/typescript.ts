/**
 * TypeScript as Node runs it: what are types becomes spaces, and the rest is JavaScript.
 *
 * @see https://nodejs.org/api/typescript.html#type-stripping
 */
import process from "node:process";
import { sep } from "node:path";
import { nodeModule } from "./node-module.ts";

type StripTypes = (text: string) => string;

/** Whether this Node runs TypeScript: from 22.18 on, unless a flag switches that off. */
const runsTypeScript = Boolean((process.features as { readonly typescript?: unknown }).typescript);

const TYPESCRIPT_FILE = /\.[cm]?ts$/;

/** A file whose types Node strips; where this Node strips none, its extension is one that Node does not know. */
export function isTypeScript(path: string): boolean {
  return runsTypeScript && TYPESCRIPT_FILE.test(path);
}

/** What newer versions of Node run, and this one does not. */
export function isTypeScriptElsewhere(path: string): boolean {
  return !runsTypeScript && TYPESCRIPT_FILE.test(path);
}

const BELOW_NODE_MODULES = "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING";

/** Whether an error says that a file lies below `node_modules`, where Node strips no types. */
export function isTypeScriptOfPackage(error: unknown): error is Error {
  return error instanceof Error && (error as { readonly code?: unknown }).code === BELOW_NODE_MODULES;
}

let strip: StripTypes | undefined;

/**
 * The JavaScript of a file's text: the text itself where it is not TypeScript.
 *
 * @throws {SyntaxError} `ERR_INVALID_TYPESCRIPT_SYNTAX`, and `ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX` for what is more than types (`enum`)
 * @throws {Error} `ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING` below `node_modules`, as in Node
 */
export function stripTypes(text: string, path: string): string {
  if (!isTypeScript(path)) return text;
  if (path.includes(`${sep}node_modules${sep}`)) {
    throw Object.assign(
      new Error(`Stripping types is currently unsupported for files under node_modules, for "${path}"`),
      {
        code: BELOW_NODE_MODULES,
      },
    );
  }
  try {
    return (strip ??= stripperThatWarned())(text);
  } catch (error) {
    // It begins with a line number, before which Node has the file.
    if (error instanceof SyntaxError) error.stack = `${path}${error.stack}`;
    throw error;
  }
}

/**
 * The function says once that it is experimental; of the programs that it runs, Node doesn't.
 * HAZARD: not while a program's text is read: errors in it have the program's own stack hook run.
 */
function stripperThatWarned(): StripTypes {
  const { stripTypeScriptTypes } = nodeModule() as unknown as { readonly stripTypeScriptTypes: StripTypes };
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    stripTypeScriptTypes("");
  } finally {
    process.emitWarning = emitWarning;
  }
  return stripTypeScriptTypes;
}
