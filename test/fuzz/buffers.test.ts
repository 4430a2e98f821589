import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeProject } from "../cli/project-fixture.ts";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
const SEED = process.env["MOAT_SEED"] ?? "1";

/** Calls what moat stands in front of with whatever comes, and prints what came of it; numbers where Node 24 and 26 end the process are left out. */
const CALLS = String.raw`
const { StringDecoder } = require("string_decoder"), zlib = require("zlib"), v8 = require("v8");
let state = +process.argv[2] + 7;
const below = (n) => ((state = (state * 1103515245 + 12345) & 0x7fffffff), (state >> 8) % n);
const pick = (list) => list[below(list.length)];
const number = () => pick([undefined, 0, 1, 2, 3, 5, 8, -1, 1.5, NaN, 100, "2", null, { valueOf: () => 2 }, Infinity, 2 ** 40, -0, true]);
const bytes = () => Buffer.from(Array.from({ length: below(12) }, () => below(256)));
const view = () => {
  const one = bytes();
  return pick([one, one, one.subarray(1), new Uint8Array(one), new Uint16Array(new Uint8Array([...one, ...one]).buffer), new DataView(new Uint8Array(one).buffer)]);
};
const encoding = () => pick(["utf8", "latin1", "hex", "base64", "ucs2", "ascii", "base64url", undefined, "none", {}, 5]);
const text = () => pick(["", "a", "é€", "ff00", "AAEC", "hello world", "\ud83d", undefined, 5, null, { toString: () => "zz" }]);
const SLICES = ["utf8Slice", "latin1Slice", "hexSlice", "ucs2Slice", "base64Slice", "asciiSlice"];
const show = (value) =>
  ArrayBuffer.isView(value)
    ? value.constructor.name + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")
    : typeof value === "string" ? JSON.stringify(value) : String(value);
const calls = [
  () => { const target = view(); return bytes().copy(target, number(), number(), number()) + show(target) },
  () => Buffer.concat(Array.from({ length: below(4) }, () => pick([bytes(), bytes(), view(), "x"])), pick([undefined, undefined, number()])),
  () => (below(2) ? bytes().compare(view()) : bytes().compare(view(), number(), number(), number(), number())),
  () => bytes().fill(pick([text(), number(), view()]), number(), number(), encoding()),
  () => bytes().toString(encoding(), number(), number()),
  () => { const one = bytes(); return one.write(text(), number(), number(), encoding()) + show(one) },
  () => bytes()[pick(SLICES)](number(), number()),
  () => { const one = bytes(); return one[pick(SLICES).replace("Slice", "Write")](text(), number(), number()) + show(one) },
  () => {
    const decoder = new StringDecoder(pick(["utf8", "utf16le", "base64", "latin1", "hex"]));
    const parts = [1, 2, 3].map(() => decoder.write(pick([view(), "x", bytes()])));
    return parts.join("|") + decoder.lastNeed + decoder.lastTotal + decoder.end(pick([undefined, bytes()]));
  },
  () => zlib.inflateRawSync(zlib.deflateRawSync(view())),
  () => v8.deserialize(v8.serialize(pick([view(), "é", [1]]))),
  () => bytes().indexOf(pick(["a", bytes(), 65]), number()),
];
module.exports = () => {
  for (let round = 0; round < 20_000; round++) {
    const which = below(calls.length);
    let outcome;
    try { outcome = show(calls[which]()) } catch ({ code, message }) { outcome = code + " " + message }
    console.log(which + " " + outcome);
  }
};`;

test("calls of buffers, decoders and compressors come to what they come to in Node", () => {
  const project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { calls: "1.0.0" } }),
    "index.js": 'require("calls")();',
    "node_modules/calls/package.json": JSON.stringify({ name: "calls", version: "1.0.0" }),
    "node_modules/calls/index.js": CALLS,
  });
  try {
    expect(project.moat("policy", "--write", "index.js")).toMatchObject({ code: 0 });
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [...args, SEED], {
        cwd: project.folder,
        encoding: "utf8",
        maxBuffer: 1 << 26,
      }).split("\n");
    const expected = run("index.js");
    expect(expected.length).toBe(20_001);
    expect(run(MOAT, "run", "index.js")).toEqual(expected);
  } finally {
    project.dispose();
  }
});
