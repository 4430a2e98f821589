/**
 * A direct `eval` sees the variables around it. Its callee becomes a function
 * that holds an accessor for each of them; in the evaluated text, names that are
 * among these are read and written through it. V8 keeps all variables around a
 * direct `eval` alive, too: nothing else pays for it.
 */
import type { Edit } from "./edits.ts";
import { RESERVED } from "./reserved-names.ts";
import type { RewriteOptions, Rewriting } from "./rewrite-references.ts";
import { STRICT_RESERVED, type Scan, type Scope } from "./scan.ts";
import type { SyntaxNode } from "./syntax.ts";

export function rewriteDirectEvals(scan: Scan, { edits, machinery }: Rewriting, options: RewriteOptions): void {
  for (const { node, scope, strict } of scan.directEvals) {
    const { start, end } = node["callee"];
    dropEditsAt(edits, start, end);
    const locals = node["optional"] ? undefined : localsText(scope, options);
    // What the text around it was given, an `eval` in an evaluated text sees too.
    if (locals !== undefined && options.locals !== undefined) machinery.add(RESERVED.locals);
    machinery.add(locals === undefined ? RESERVED.eval : RESERVED.localEval);
    edits.push({
      start,
      end,
      text:
        locals === undefined ? RESERVED.eval : `${RESERVED.localEval}({__proto__:null,${locals}},()=>this,${strict})`,
    });
  }
}

/** Accessors of all variables that a scope sees; undefined inside of `with`, whose object may have any. */
function localsText(from: Scope, { imports, wrapperNames, locals }: RewriteOptions): string | undefined {
  const accessors = new Map<string, string>();
  const add = (name: string, text: string, isWritable: boolean): void => {
    if (accessors.has(name) || name === "await" || STRICT_RESERVED.has(name)) return;
    accessors.set(
      name,
      `get ${name}(){return ${text}}${isWritable ? `,set ${name}(${RESERVED.completion}){${text}=${RESERVED.completion}}` : ""}`,
    );
  };

  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent) {
    if (scope.kind === "with") return undefined;
    for (const name of scope.names) {
      const imported = scope.kind === "top" ? imports?.get(name) : undefined;
      if (imported !== undefined) add(name, imported, false);
      else if (name !== "arguments") add(name, name, true);
      else if (!accessors.has(name)) {
        accessors.set(name, scope.node !== undefined && isFunction(scope.node) ? "arguments:arguments" : "");
      }
    }
  }
  for (const name of wrapperNames) {
    if (name !== "arguments") add(name, name, true);
    else if (!accessors.has(name)) accessors.set(name, "arguments:arguments");
  }
  for (const name of locals ?? []) add(name, `${RESERVED.locals}.${name}`, true);
  return [...accessors.values()].filter((text) => text !== "").join(",");
}

function isFunction({ type }: SyntaxNode): boolean {
  return type === "FunctionDeclaration" || type === "FunctionExpression";
}

function dropEditsAt(edits: Edit[], start: number, end: number): void {
  for (let index = edits.length - 1; index >= 0; index--) {
    const edit = edits[index]!;
    if (edit.start === start && edit.end === end) edits.splice(index, 1);
  }
}
