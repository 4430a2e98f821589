import { types } from "node:util";
import { describe, expect, it } from "vitest";
import { inertBindings } from "../../src/endowments/process/inert-bindings.ts";
import { contextOf } from "./principal-context.ts";

const real = (name: string) => (process as unknown as { binding(name: string): any }).binding(name);
const refused = () => {
  throw new Error("refused");
};

function setUp() {
  return inertBindings(contextOf({}, { process: { binding: real, emitWarning: () => {} } }), refused) as (
    name: unknown,
  ) => any;
}

describe("bindings that packages only take numbers from", () => {
  it("have these, and lists of texts", () => {
    const binding = setUp();
    expect(binding("uv").UV_EOF).toBe(-4095);
    expect(binding("http_parser").methods).toEqual(real("http_parser").methods);
    expect(binding("http_parser").HTTPParser.kOnBody).toBe(real("http_parser").HTTPParser.kOnBody);
    expect(binding("uv")).toBe(binding("uv"));
    expect(binding("constants").fs.O_APPEND).toBe(real("constants").fs.O_APPEND);
    expect(binding("constants").os.errno).toEqual({ ...real("constants").os.errno });
  });

  it("share no object with Node or with another package", () => {
    const [mine, others] = [setUp()("stream_wrap"), setUp()("stream_wrap")];
    mine.streamBaseState[0] = 77;
    expect(others.streamBaseState[0]).toBe(0);
    expect(real("stream_wrap").streamBaseState[0]).not.toBe(77);
    for (const name of ["constants", "http_parser", "stream_wrap", "tty_wrap", "uv"]) {
      const [copy, original] = [setUp()(name), real(name)];
      for (const key of Object.keys(copy))
        if (Object(copy[key]) === copy[key]) expect(copy[key], key).not.toBe(original[key]);
    }
  });

  it("have classes and functions that are refused", () => {
    const { TTY } = setUp()("tty_wrap");
    expect(() => new TTY(0, true)).toThrow("restricted");
    expect(() => setUp()("uv").errname(-1)).toThrow("restricted");
    expect(TTY.prototype.constructor).toBe(TTY);
    expect(Object.getPrototypeOf(TTY.prototype)).toBe(Object.prototype);
  });

  it("have what tells the type of a value, by functions of their own", () => {
    const { isTypedArray, isMap, ...others } = setUp()("util");
    expect([isTypedArray(new Uint8Array()), isTypedArray([]), isMap(new Map())]).toEqual([true, false, true]);
    expect(isTypedArray).not.toBe(real("util").isTypedArray);
    expect(isTypedArray).not.toBe(types.isTypedArray);
    expect(Object.keys(others).every((key) => key.startsWith("is"))).toBe(true);
  });

  it("are a few", () => {
    for (const name of ["fs", "natives", "spawn_sync", { toString: () => "uv" }])
      expect(() => setUp()(name)).toThrow("refused");
  });
});
