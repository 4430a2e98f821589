import { textInFile } from "./loaded-sources.ts";

/** Where a file imports a name; lines and columns from 1. */
interface ImportPlace {
  readonly line: number;
  readonly column: number;
  /** The line, from the declaration to the specifier: what else stands there is the file's own affair. */
  readonly shown: string;
  readonly mark: number;
}

/**
 * An error of linking with its place, as Node shows it: V8 has none, since moat links modules itself.
 * @param url of the importing module
 */
export function withPlace(error: SyntaxError, url: string, specifier: string, name: string): SyntaxError {
  const text = url.startsWith("file:") ? textInFile(url) : undefined;
  const place = text === undefined ? undefined : placeIn(text, specifier, name);
  if (place === undefined) return error;
  const { line, column, shown, mark } = place;
  const value = `${url}:${line}\n${shown}\n${" ".repeat(mark)}^\n${error.name}: ${error.message}\n    at ${url}:${line}:${column}`;
  Object.defineProperty(error, "stack", { value, writable: true, enumerable: false, configurable: true });
  return error;
}

const LONGEST_SHOWN = 400;

function placeIn(text: string, specifier: string, name: string): ImportPlace | undefined {
  for (const quote of ['"', "'"]) {
    const quoted = quote + specifier + quote;
    for (let end = text.indexOf(quoted); end !== -1; end = text.indexOf(quoted, end + 1)) {
      const declaration = /\b(?:import|export)\b[^;"'`]*$/.exec(text.slice(Math.max(0, end - 10_000), end));
      if (declaration === null) continue;
      const start = end - declaration[0].length;
      const named = declaration[0].search(new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`));
      // `import pkg from`: the name is `default`.
      if (named === -1 && name !== "default") continue;
      const at = start + (named === -1 ? Math.max(0, declaration[0].search(/(?<=\s)[\w$]/)) : named);
      const lineStart = text.lastIndexOf("\n", at - 1) + 1;
      const from = Math.max(lineStart, start);
      const lineEnd = text.indexOf("\n", at);
      const to = Math.min(lineEnd === -1 ? text.length : lineEnd, end + quoted.length, from + LONGEST_SHOWN);
      if (at >= to) return undefined;
      const before = text.slice(from, at);
      return {
        line: text.slice(0, at).split("\n").length,
        column: at - lineStart + 1,
        shown: text.slice(from, to).trimEnd(),
        mark: before.length,
      };
    }
  }
  return undefined;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, "\\$&");
