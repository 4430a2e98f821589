import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { makeShortTextsFast } from "../../src/endowments/short-texts.ts";

/** Node's functions, on an object of the test's own. */
const own = { alloc: Buffer.alloc, from: Buffer.from } as unknown as typeof Buffer;
makeShortTextsFast(own);

const texts = [
  "",
  "a",
  "keep the gate",
  "x".repeat(64),
  "x".repeat(65),
  "\0\x7f",
  "\x80",
  "ü",
  "a\u{1f600}",
  "\ud800",
  "6b65",
  "aGk=",
];
const encodings = [undefined, "utf8", "UTF-8", "latin1", "hex", "base64", "utf16le", "ascii"] as const;

test("give the bytes that Node gives, each its own memory", () => {
  for (const text of texts) {
    for (const encoding of encodings) {
      const [made, native] = [own.from(text, encoding), Buffer.from(text, encoding)];
      expect({ text, encoding, bytes: [...made] }).toEqual({ text, encoding, bytes: [...native] });
      expect(made).toBeInstanceOf(Buffer);
      if (text.length <= 64 && encoding === undefined && !/[^\x00-\x7f]/.test(text))
        expect(made.buffer.byteLength).toBe(text.length);
    }
  }
});

test("lists give the bytes that Node gives", () => {
  const lists: unknown[] = [
    [],
    [1, 2, 3],
    [256, -1, 1.9, Number.NaN],
    ["7", "x", null, undefined],
    Object.assign(Array(2), { 1: 1 }),
    [{ valueOf: () => 5 }],
    Array.from({ length: 65 }, (_, n) => n),
    Object.assign([1, 2], { valueOf: () => "text" }),
    new (class extends Array<number> {})(3),
    new Proxy([1, 2], {}),
  ];
  for (const list of lists) {
    const made = own.from(list as number[]);
    expect([...made]).toEqual([...Buffer.from(list as number[])]);
    expect(made).toBeInstanceOf(Buffer);
  }
  for (const list of [[1n], [Symbol("1")]]) expect(() => own.from(list as never)).toThrow(TypeError);
});

test("leave everything else to Node", () => {
  expect([...own.from(new Uint8Array([1, 2, 3]).buffer, 1, 1)]).toEqual([2]);
  expect(own.from(new String("text")).toString()).toBe("text");
  expect(() => own.from("text", "none" as never)).toThrow(expect.objectContaining({ code: "ERR_UNKNOWN_ENCODING" }));
  expect(() => own.from(5 as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }));
  expect([own.from.name, own.from.length]).toEqual(["from", 3]);
});
