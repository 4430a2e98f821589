const { report, measure } = require("bench-report");

const ts = measure("load", () => require("typescript"));
const part = (n) => `
export interface Shape${n} { readonly kind: "shape${n}"; area(scale?: number): number }
export class Box${n}<T extends { size: number }> implements Shape${n} {
  readonly kind = "shape${n}" as const;
  static #count = 0;
  constructor(private readonly items: readonly T[], public name: string = "box${n}") { Box${n}.#count++; }
  area(scale = 1): number { return this.items.reduce((sum, { size }) => sum + size ** 2 * scale, 0) ?? 0; }
  async *each(): AsyncGenerator<T> { for (const item of this.items) yield item; }
}
export enum Level${n} { Low = ${n}, High = Low << 2 }
`;
const text = Array.from({ length: 40 }, (_, n) => part(n)).join("");
const options = { compilerOptions: { target: ts.ScriptTarget.ES2018, module: ts.ModuleKind.CommonJS } };
const transpile = (rounds) => {
  let length = 0;
  for (let round = 0; round < rounds; round++) length += ts.transpileModule(text, options).outputText.length;
  return length;
};
transpile(1);
report(measure("transpile", () => transpile(5)));
