import { describe, expect, it } from "vitest";
import { makePatternMethods } from "../../src/compartments/tame-patterns.ts";

type Method = (this: unknown, ...rest: unknown[]) => unknown;
const tamed = makePatternMethods() as unknown as Record<string, Method>;
const names = Object.keys(tamed);
const native = Object.fromEntries(
  names.map((name) => [name, (String.prototype as unknown as Record<string, Method>)[name]!]),
);

function outcome(method: Method, receiver: unknown, rest: unknown[], log: unknown[]) {
  try {
    const value = method.apply(receiver, rest);
    return { result: Array.isArray(value) ? { ...value, length: value.length } : value, log };
  } catch (error) {
    return { result: { name: (error as Error).name, message: (error as Error).message }, log };
  }
}

function expectSame(name: string, make: (log: unknown[]) => { receiver: unknown; rest: unknown[] }) {
  const [ours, theirs] = [tamed, native].map((methods) => {
    const log: unknown[] = [];
    const { receiver, rest } = make(log);
    return outcome(methods[name]!, receiver, rest, log);
  });
  expect(ours).toEqual(theirs);
  return theirs!;
}

describe.each(names)("%s, the same as native", (name) => {
  it("its shape", () => {
    const [ours, theirs] = [tamed[name]!, native[name]!];
    expect([ours.name, ours.length, Object.hasOwn(ours, "prototype")]).toEqual([theirs.name, theirs.length, false]);
  });

  it("any receiver, any pattern", () => {
    const asked = (log: unknown[], text: string) => ({
      toString() {
        log.push(text);
        return text;
      },
    });
    for (const receiver of ["a-b-c", "", undefined, null, 7, Object("a-b"), ["a-b"], Symbol("a")]) {
      for (const pattern of [
        "-",
        "",
        /-/,
        /-/g,
        /(b)/,
        /x/g,
        undefined,
        null,
        7,
        {},
        [],
        ["-"],
        Symbol("a"),
        RegExp.prototype,
        Object.create(/-/),
      ]) {
        for (const third of [undefined, "[$&]", 1, () => "+"])
          expectSame(name, () => ({ receiver, rest: [pattern, third] }));
      }
      expectSame(name, (log) => ({ receiver: asked(log, "a-b"), rest: [asked(log, "-"), asked(log, "1")] }));
      expectSame(name, () => ({ receiver, rest: [] }));
    }
  });

  it("patterns with a method of their own, and those that count reads", () => {
    const symbol = Symbol[(name === "replaceAll" ? "replace" : name) as "replace"];
    for (const own of [undefined, null, 7, "text", (...given: unknown[]) => ["mine", ...given]]) {
      expectSame(name, () => ({ receiver: "a-b", rest: [{ [symbol]: own }, "x"] }));
      expectSame(name, () => ({ receiver: "a-b", rest: [Object.assign(/-/, { [symbol]: own }), "x"] }));
      expectSame(name, () => ({ receiver: "a-b", rest: [Object.assign(/-/g, { [symbol]: own }), "x"] }));
      expectSame(name, (log) => ({
        receiver: "a-b",
        rest: [
          {
            get [symbol]() {
              log.push("read");
              return own;
            },
            toString() {
              log.push("text");
              return "-";
            },
          },
          "x",
        ],
      }));
    }
    const { log } = expectSame(name, (log) => ({
      receiver: "a-b",
      rest: [
        new Proxy(/-/, {
          get(target, key) {
            log.push(key);
            return Reflect.get(target, key, target);
          },
        }),
        "x",
      ],
    }));
    expect(log.length).toBeGreaterThan(0);
  });
});
