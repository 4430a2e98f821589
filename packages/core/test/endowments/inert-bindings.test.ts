import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  it("write several buffers at once to a file of the principal's own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "moat-binding-"));
    const file = join(folder, "out.txt");
    const policy = { builtins: { fs: ["openSync", "closeSync", "write"] }, fs: { write: ["<tmp>"] } };
    const context = contextOf(policy, { process: { binding: real, emitWarning: () => {} } });
    context.paths.tmp = realpathSync(tmpdir());
    const { writeBuffers, FSReqCallback } = (inertBindings(context, refused) as (name: string) => any)("fs");
    const fs = context.builtin("fs");
    const others = openSync(join(folder, "others.txt"), "w");
    const write = (fd: number, position: number | null) =>
      new Promise((resolve) => {
        const request = new FSReqCallback();
        request.oncomplete = (error: any, written: number) => resolve(error?.code ?? written);
        try {
          writeBuffers(fd, [Buffer.from("two "), Buffer.from("parts")], position, request);
        } catch (error) {
          resolve((error as { code: string }).code);
        }
      });
    const own = fs.openSync(file, "w");
    expect([await write(own, null), await write(own, 4), await write(others, null)]).toEqual([9, 9, "EBADF"]);
    fs.closeSync(own);
    closeSync(others);
    expect([readFileSync(file, "utf8"), readFileSync(join(folder, "others.txt"), "utf8")]).toEqual([
      "two two parts",
      "",
    ]);
    expect(() => setUp()("fs").open("/etc/passwd")).toThrow("restricted");
    rmSync(folder, { recursive: true });
  });

  it("are a few", () => {
    for (const name of ["__proto__", "natives", "spawn_sync", { toString: () => "uv" }])
      expect(() => setUp()(name)).toThrow("refused");
  });
});
