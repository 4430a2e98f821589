import { describe, expect, it } from "vitest";
import { GLOBAL_RULES } from "../../src/endowments/global-names.ts";
import { makeGlobals } from "../../src/endowments/globals.ts";
import { contextOf } from "./principal-context.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";

const globalOf = (policy: PackagePolicy, trusted = false): Record<string, any> =>
  Object.defineProperties({}, makeGlobals(contextOf(policy, { trusted })));
const everything: PackagePolicy = { globals: [...GLOBAL_RULES.keys()] };

describe("globals", () => {
  it("are there where they are listed, and absent otherwise", () => {
    expect(Reflect.ownKeys(makeGlobals(contextOf({})))).toEqual([]);
    const own = globalOf({ globals: ["setTimeout", "URL", "noSuchThing", "__proto__"] });
    expect(Reflect.ownKeys(own).sort()).toEqual(["URL", "URLSearchParams", "clearTimeout", "setTimeout"]);
    expect(own["process"]).toBeUndefined();
  });

  it("storages go to nobody, the rest to trusted code", () => {
    const trusted = globalOf({}, true);
    for (const name of ["localStorage", "sessionStorage", "Storage"]) expect(name in trusted).toBe(false);
    for (const name of [
      "console",
      "process",
      "Buffer",
      "setTimeout",
      "URL",
      "AbortController",
      "structuredClone",
      "crypto",
      "performance",
    ])
      expect(trusted[name]).toBeDefined();
  });

  it("are computed when they are first read, and ordinary properties afterwards", () => {
    const own = globalOf(everything);
    expect(Object.getOwnPropertyDescriptor(own, "URL")!.get).toBeTypeOf("function");
    const first = own["URL"];
    expect(Object.getOwnPropertyDescriptor(own, "URL")).toMatchObject({
      value: first,
      writable: true,
      configurable: true,
    });
    own["console"] = "mine";
    expect(own["console"]).toBe("mine");
    expect(Object.create(own)["AbortController"]).toBe(AbortController);
  });

  it("are the same values as the builtins'", () => {
    const context = contextOf({
      ...everything,
      builtins: { timers: true, buffer: true, url: true, process: true, console: true },
    });
    const own: Record<string, any> = Object.defineProperties({}, makeGlobals(context));
    expect(own["setTimeout"]).toBe(context.builtin("timers").setTimeout);
    expect(own["Buffer"]).toBe(context.builtin("buffer").Buffer);
    expect(own["URL"]).toBe(context.builtin("url").URL);
    expect(own["process"]).toBe(context.builtin("process"));
    expect(own["console"]).toBe(context.builtin("console"));
  });

  it("one package's assignments are not seen by another", () => {
    const mine = globalOf(everything);
    const theirs = globalOf(everything);
    mine["setTimeout"] = () => {};
    mine["process"].planted = 1;
    mine["WebAssembly"].compile = () => {};
    expect(theirs["setTimeout"]).not.toBe(mine["setTimeout"]);
    expect(theirs["process"].planted).toBeUndefined();
    expect(theirs["WebAssembly"].compile).not.toBe(mine["WebAssembly"].compile);
  });

  it.each([...GLOBAL_RULES].filter(([name, rule]) => rule === "shared" && name in globalThis).map(([name]) => name))(
    "%s can't be patched",
    (name) => {
      const value = globalOf(everything)[name];
      expect(Object.isExtensible(value)).toBe(false);
      if (value.prototype !== undefined) expect(Object.isFrozen(value.prototype)).toBe(true);
    },
  );

  it("still work", async () => {
    const own = globalOf(everything);
    const controller = new own["AbortController"]();
    let heard = 0;
    controller.signal.addEventListener("abort", () => {
      heard += 1;
    });
    controller.abort();
    const target = new own["EventTarget"]();
    target.addEventListener("x", () => {
      heard += 1;
    });
    target.dispatchEvent(new own["Event"]("x"));
    expect(heard).toBe(2);
    expect(await new own["Blob"](["text"]).text()).toBe("text");
    const stream = new Blob(["packed"])
      .stream()
      .pipeThrough(new own["CompressionStream"]("gzip"))
      .pipeThrough(new own["DecompressionStream"]("gzip"));
    expect(await new Response(stream).text()).toBe("packed");
    expect(own["structuredClone"](new Map([[1, 2]])).get(1)).toBe(2);
    expect(own["atob"](own["btoa"]("a"))).toBe("a");
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    expect(await own["WebAssembly"].compileStreaming(new Response(bytes))).toBeInstanceOf(WebAssembly.Module);
    await expect(own["WebAssembly"].compileStreaming({})).rejects.toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    const { port1, port2 } = new own["MessageChannel"]();
    const message = new Promise((resolve) => {
      port1.onmessage = (event: MessageEvent) => resolve(event.data);
    });
    port2.postMessage(5);
    expect(await message).toBe(5);
    port1.close();
  });
});
