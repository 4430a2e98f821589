import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { makeShortTextsFast } from "../../src/endowments/short-texts.ts";

/** Node's functions, on an object of the test's own. */
const own = { alloc: Buffer.alloc, from: Buffer.from } as unknown as typeof Buffer;
makeShortTextsFast(own);

const texts = ["", "a", "keep the gate", "x".repeat(64), "x".repeat(65), "\0\x7f", "\x80", "ü", "a\u{1f600}", "\ud800", "6b65", "aGk="];
const encodings = [undefined, "utf8", "UTF-8", "latin1", "hex", "base64", "utf16le", "ascii"] as const;

test("give the bytes that Node gives, each its own memory", () => {
  for (const text of texts) {
    for (const encoding of encodings) {
      const [made, native] = [own.from(text, encoding), Buffer.from(text, encoding)];
      expect({ text, encoding, bytes: [...made] }).toEqual({ text, encoding, bytes: [...native] });
      expect(made).toBeInstanceOf(Buffer);
      if (text.length <= 64 && encoding === undefined && !/[^\x00-\x7f]/.test(text)) expect(made.buffer.byteLength).toBe(text.length);
    }
  }
});

test("leave everything else to Node", () => {
  expect([...own.from([1, 2, 3])]).toEqual([1, 2, 3]);
  expect([...own.from(new Uint8Array([1, 2, 3]).buffer, 1, 1)]).toEqual([2]);
  expect(own.from(new String("text")).toString()).toBe("text");
  expect(() => own.from("text", "none" as never)).toThrow(expect.objectContaining({ code: "ERR_UNKNOWN_ENCODING" }));
  expect(() => own.from(5 as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }));
  expect([own.from.name, own.from.length]).toEqual(["from", 3]);
});
