import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, it } from "vitest";

// The module imports nothing, so that its text alone is what a fresh process needs.
const SOURCE = readFileSync(new URL("../../src/compartments/second-wall.ts", import.meta.url), "utf8");
const WALL = ts.transpileModule(SOURCE, {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
});

/** What a process prints that puts up the wall first. */
function behindTheWall(before: string, after: string): string {
  const text = `import { writeSync } from "node:fs";
    ${WALL.outputText}
    const print = (text) => writeSync(1, String(text));
    ${before}
    const captured = captureGlobals(process.getBuiltinModule);
    emptyRealGlobal();
    freezeRealGlobal(captured);
    ${after}`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", text], { encoding: "utf8" });
}

it("gives Node's HTTP client, loaded later, what it borrows from Function", () => {
  const text = `print(globalThis.Function === (() => {}).constructor); print(new captured.Response("x").status);`;
  expect(behindTheWall("", text)).toBe("true200");
});

it("leaves the dispatcher of a client that was loaded before", () => {
  const read = `globalThis[Symbol.for("undici.globalDispatcher.1")]`;
  expect(behindTheWall(`void Response; const was = ${read};`, `print(was !== undefined && ${read} === was);`)).toBe(
    "true",
  );
});

it("loads no HTTP client by itself", () => {
  expect(behindTheWall("", `print(globalThis[Symbol.for("undici.globalDispatcher.1")]);`)).toBe("undefined");
});

it("leaves no power on the global object", () => {
  const names = `["process", "fetch", "eval", "require", "WebSocketStream", "crypto", "navigator", "localStorage"]`;
  expect(behindTheWall("", `print(${names}.filter((name) => name in globalThis));`)).toBe("");
});

it("takes from builtins what those have, the same as on the global object", () => {
  const names = [
    "File",
    "Crypto",
    "SubtleCrypto",
    "Performance",
    "PerformanceEntry",
    "PerformanceObserver",
    "PerformanceResourceTiming",
  ];
  const text = `print(JSON.stringify(names.filter((name) => captured[name] !== was[name])));`;
  expect(
    behindTheWall(
      `const names = ${JSON.stringify(names)}; const was = Object.fromEntries(names.map((name) => [name, globalThis[name]]));`,
      text,
    ),
  ).toBe("[]");
});
