// esbuild keeps the name of a function whose variable it renamed by a call that defines it again, each time the
// function is made: `__name(() => 0, "read")`. As a property of a literal it has its name from the compiler.
import { parse } from "acorn";

const ANONYMOUS = new Set(["ArrowFunctionExpression", "FunctionExpression", "ClassExpression"]);

/** @param {string} code a script @returns {string} */
export function nameInPlace(code) {
  const edits = [];
  visit(parse(code, { ecmaVersion: "latest", sourceType: "script", allowHashBang: true }), (node) => {
    if (node.type !== "CallExpression" || node.callee.name !== "__name" || node.arguments.length !== 2) return;
    const [made, name] = node.arguments;
    if (!ANONYMOUS.has(made.type) || made.id || !/^[A-Za-z_$][\w$]*$/.test(name.value) || name.value === "__proto__")
      return;
    edits.push([node.start, made.start, `({${name.value}:`], [made.end, node.end, `}).${name.value}`]);
  });
  let text = "";
  let at = 0;
  for (const [start, end, replacement] of edits.toSorted((a, b) => a[0] - b[0])) {
    text += code.slice(at, start) + replacement;
    at = end;
  }
  return text + code.slice(at);
}

function visit(node, see) {
  see(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (typeof child?.type === "string") visit(child, see);
  }
}
