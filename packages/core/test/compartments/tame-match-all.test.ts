import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeMatchAll } from "../../src/compartments/tame-match-all.ts";

const ours = makeMatchAll();
const iteratorPrototype = Object.getPrototypeOf("".matchAll(/x/g)) as { next: Function };
const native = { matchAll: String.prototype.matchAll as Function, next: iteratorPrototype.next };

/** All that is found, with the positions and what the pattern is like afterwards. */
function outcome({ matchAll, next }: { matchAll: Function; next: Function }, receiver: unknown, pattern: unknown) {
  try {
    const iterator = matchAll.call(receiver, pattern) as object;
    const seen: unknown[] = [Reflect.ownKeys(iterator), Object.getPrototypeOf(iterator) === iteratorPrototype];
    for (let count = 0; count < 40; count++) {
      const { value, done } = next.call(iterator) as IteratorResult<RegExpExecArray>;
      seen.push(done, value && { ...value, groups: value.groups && { ...value.groups } });
    }
    return { seen, lastIndex: pattern instanceof RegExp ? pattern.lastIndex : undefined };
  } catch (error) {
    return { name: (error as Error).name, message: (error as Error).message };
  }
}

const expectSame = (receiver: unknown, make: () => unknown) =>
  expect(outcome(ours, receiver, make())).toEqual(outcome(native, receiver, make()));

describe("matchAll, the same as native", () => {
  it("the shape of both functions", () => {
    for (const name of ["matchAll", "next"] as const) {
      expect([ours[name].name, ours[name].length, Object.hasOwn(ours[name], "prototype")]).toEqual([
        native[name].name,
        native[name].length,
        false,
      ]);
    }
  });

  it("random patterns, flags, texts and places to begin at", () => {
    const patterns = fc.constantFrom("a", "", "(a)|b", "(?<x>a)(b)?", "a*", ".", "^a", "(?<!a)", "\\b", "[^a]");
    const flags = fc.constantFrom("g", "gi", "gm", "gs", "gu", "gv", "gy", "gd", "", "i");
    const texts = fc.string({ unit: fc.constantFrom("a", "A", "b", "\n", " ", "\u{1f600}", "\ud83d"), maxLength: 8 });
    fc.assert(
      fc.property(
        patterns,
        flags,
        texts,
        fc.constantFrom(0, 1, 3, 99, -1, 1.5, 2 ** 40),
        (source, flag, text, lastIndex) => {
          expectSame(text, () => Object.assign(new RegExp(source, flag), { lastIndex }));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("any receiver, and patterns that are none, are no plain ones, or count reads", () => {
    class Own extends RegExp {}
    const one = { valueOf: () => 1 };
    const patterns = [
      () => "a",
      () => undefined,
      () => null,
      () => 7,
      () => /a/,
      () => new Own("a", "g"),
      () => Object.assign(/a/g, { exec: () => null }),
      () => Object.defineProperty(/a/g, "flags", { value: "gi", enumerable: true }),
      () => Object.assign(/a/g, { constructor: Own }),
      () => Object.assign(/a/g, { [Symbol.matchAll]: () => [][Symbol.iterator]() }),
      () => Object.assign(/a/g, { [Symbol.match]: false }),
      () => Object.assign(/a/g, { lastIndex: one }),
      () => Object.create(/a/g),
      () => new Proxy(/a/g, {}),
      () => RegExp.prototype,
    ];
    for (const receiver of ["banana", "", Object("banana"), 7, null, undefined, ["a"]])
      for (const make of patterns) expectSame(receiver, make);
  });

  it("`next` of anything else", () => {
    for (const receiver of [undefined, null, 7, {}, [][Symbol.iterator](), iteratorPrototype]) {
      expect(() => ours.next.call(receiver as never)).toThrow(TypeError);
    }
    expect(ours.next.call("a".matchAll(/a/g) as never)).toEqual(native.next.call("a".matchAll(/a/g)));
  });

  it("searches by one pattern don't disturb each other", () => {
    const find = () => ours.matchAll.call("k=1,l=2", /(\w)=(\d)/g) as Iterator<RegExpExecArray>;
    const [one, other] = [find(), find()];
    const nextOf = (iterator: Iterator<RegExpExecArray>) =>
      (ours.next.call(iterator).value as RegExpExecArray | undefined)?.[0];
    expect([
      nextOf(one),
      nextOf(other),
      "k=1,l=2".split(/(\w)=(\d)/g).length,
      nextOf(one),
      nextOf(other),
      nextOf(one),
    ]).toEqual(["k=1", "k=1", 7, "l=2", "l=2", undefined]);
  });
});
