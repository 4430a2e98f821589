import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const WALL = new URL("../../dist/compartments/second-wall.js", import.meta.url).href;

/** What a process prints that puts up the wall first. */
function behindTheWall(before: string, after: string): string {
  const text = `import { captureGlobals, emptyRealGlobal, freezeRealGlobal } from ${JSON.stringify(WALL)};
    import { writeSync } from "node:fs";
    const print = (text) => writeSync(1, String(text));
    ${before}
    const captured = captureGlobals();
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
