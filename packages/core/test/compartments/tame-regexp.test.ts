import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { isWorthTwins } from "../../src/compartments/regexp-twins.ts";
import { makeRegExpMethods } from "../../src/compartments/tame-regexp.ts";

type Method = (this: unknown, ...rest: unknown[]) => unknown;
const symbols = { replace: Symbol.replace, match: Symbol.match, search: Symbol.search, split: Symbol.split } as const;
type Name = keyof typeof symbols;
const names = Object.keys(symbols) as Name[];
const tamed = makeRegExpMethods() as Record<symbol, Method>;
const native = Object.fromEntries(
  names.map((name) => [symbols[name], (RegExp.prototype as unknown as Record<symbol, Method>)[symbols[name]]]),
) as Record<symbol, Method>;

/** What a call did, with everything that a program can see of it. */
function outcome(method: Method, receiver: unknown, rest: unknown[], log: unknown[] = []) {
  let result: unknown;
  try {
    const value = method.apply(receiver, rest);
    // A match is an array with properties.
    result = Array.isArray(value) ? { ...value, length: value.length } : value;
  } catch (error) {
    result = { name: (error as Error).name, message: (error as Error).message };
  }
  const own = receiver instanceof RegExp ? Object.getOwnPropertyDescriptor(receiver, "lastIndex") : undefined;
  // By what it is and not by identity: each call has objects of its own.
  const lastIndex = own && {
    ...own,
    value: typeof own.value === "object" && own.value !== null ? "an object" : own.value,
  };
  return { result, lastIndex, log };
}

/** The same call, each time with values of its own, by moat's and by the native method. */
function expectSame(name: Name, make: (log: unknown[]) => { receiver: unknown; rest: unknown[] }) {
  const [ours, theirs] = [tamed, native].map((methods) => {
    const log: unknown[] = [];
    const { receiver, rest } = make(log);
    return outcome(methods[symbols[name]]!, receiver, rest, log);
  });
  expect(ours).toEqual(theirs);
  return theirs!;
}

const atoms = [
  "a",
  "b",
  "ab",
  ".",
  "\\d",
  "\\w",
  "[ab]",
  "[^a]",
  "\\b",
  "^",
  "$",
  "",
  "(a)",
  "(b)?",
  "(?:a|(b))",
  "(?=a)",
  "(?<=b)",
  "(?<!a)",
  "(?<x>a)",
  "(?<y>b)?",
  "\\1",
  "1",
  "-",
  "\u{1f600}",
  "\ud83d",
  "\ude00",
  "\\ud83d",
  "\\/",
  "\n",
  "\\n",
  "(?<=(a)b)",
  "()",
];
const pattern = fc
  .array(fc.tuple(fc.constantFrom(...atoms), fc.constantFrom("", "", "", "*", "+", "?", "*?", "{2}", "|")), {
    maxLength: 4,
  })
  .map((parts) => parts.map((part) => part.join("")).join(""));
const flags = fc
  .tuple(
    fc.constantFrom("", "g", "g", "g"),
    fc.constantFrom("", "", "y"),
    fc.constantFrom("", "u", "v"),
    fc.subarray(["i", "m", "s", "d"]),
  )
  .map((parts) => parts.flat().join(""));
const subject = fc
  .array(fc.constantFrom("a", "b", "ab", "1", "-", "\n", "A", "\u{1f600}", "\ud83d", "\ude00", "$", "/", " "), {
    maxLength: 14,
  })
  .map((parts) => parts.join(""));
const template = fc
  .array(
    fc.constantFrom(
      "x",
      "$",
      "$$",
      "$&",
      "$`",
      "$'",
      "$0",
      "$1",
      "$2",
      "$00",
      "$01",
      "$02",
      "$10",
      "$11",
      "$99",
      "$<x>",
      "$<y>",
      "$<",
      ">",
      "$<none>",
      "1",
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(""));
const lastIndex = fc.constantFrom<unknown>(0, 0, 0, 1, 2, 3, 50, -1, -0, 1.5, NaN, "2", undefined, Infinity, null);
const limit = fc.constantFrom<unknown>(undefined, undefined, 0, 1, 2, 3, -1, 2 ** 32, 2 ** 32 + 2, "2", NaN, null);

const regexp = fc
  .tuple(pattern, flags, lastIndex, fc.constantFrom("no", "no", "no", "no", "frozen", "subclass", "own"))
  .filter(([source, flag]) => {
    try {
      return new RegExp(source, flag) instanceof RegExp;
    } catch {
      return false;
    }
  });
function build([source, flag, at, special]: [string, string, unknown, string], log: unknown[]): RegExp {
  const made = special === "subclass" ? new (class extends RegExp {})(source, flag) : new RegExp(source, flag);
  (made as { lastIndex: unknown }).lastIndex = at;
  if (special === "frozen") Object.freeze(made);
  if (special === "own") {
    Object.defineProperty(made, "exec", {
      value(text: string) {
        log.push(text);
        return RegExp.prototype.exec.call(this, text);
      },
    });
  }
  return made;
}

/** With `v`, Node 20's own slow path steps into surrogate pairs and may never end. */
function nativeEnds([, flag]: [string, string, unknown, string], text: string): boolean {
  return !flag.includes("v") || !/[\ud800-\udfff]/.test(text);
}

/** With `u` and `v`, V8's fast path gives a replacer "" for a group that did not take part; the specification, and moat, undefined. */
function seen(flag: string, given: unknown): unknown {
  if (!/[uv]/.test(flag)) return given;
  if (typeof given === "object" && given !== null)
    return Object.entries(given).map(([name, value]) => [name, value ?? ""]);
  return given ?? "";
}

describe("the same as native, for any pattern", () => {
  const runs = { numRuns: 3000 };
  it("replace by a text", () => {
    fc.assert(
      fc.property(regexp, subject, template, (of, text, by) => {
        fc.pre(nativeEnds(of, text));
        expectSame("replace", (log) => ({ receiver: build(of, log), rest: [text, by] }));
      }),
      runs,
    );
  });
  it("replace by a function", () => {
    fc.assert(
      fc.property(regexp, subject, fc.constantFrom("r", 7, undefined, null), (of, text, by) => {
        fc.pre(nativeEnds(of, text));
        expectSame("replace", (log) => ({
          receiver: build(of, log),
          rest: [
            text,
            function (this: unknown, ...given: unknown[]) {
              log.push(this, ...given.map((one) => seen(of[1], one)));
              return by;
            },
          ],
        }));
      }),
      runs,
    );
  });
  it("patterns that are texts, in short texts and long ones", () => {
    const source = fc
      .array(fc.constantFrom("a", "b", "B", "-", "\\.", "\\/", "\\n", "\\\\", " ", ",", ".", "\\-", "]"), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => parts.join(""));
    const long = fc
      .array(fc.constantFrom("a", "b", "B", "-", ".", "/", "\n", "\\", " ", ","), { maxLength: 40 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        source,
        fc.constantFrom("", "g", "gi", "gy", "gs", "gm", "i"),
        long,
        fc.constantFrom(1, 1, 40),
        fc.constantFrom<Name>("replace", "match", "search", "split"),
        fc.constantFrom<unknown>("x", "[$&]", "$1", 2, undefined),
        (of, flag, text, times, name, third) => {
          expectSame(name, (log) => ({ receiver: build([of, flag, 0, "no"], log), rest: [text.repeat(times), third] }));
        },
      ),
      runs,
    );
  });
  it("match and search", () => {
    fc.assert(
      fc.property(regexp, subject, fc.constantFrom<Name>("match", "search"), (of, text, name) => {
        fc.pre(nativeEnds(of, text));
        expectSame(name, (log) => ({ receiver: build(of, log), rest: [text] }));
      }),
      runs,
    );
  });
  it("split", () => {
    fc.assert(
      fc.property(regexp, subject, limit, (of, text, most) => {
        fc.pre(nativeEnds(of, text));
        // See "characters of two units".
        fc.pre(!of[0].includes("(?<") || !/[uv]/.test(of[1]) || !/[\ud800-\udfff]/.test(text));
        expectSame("split", (log) => ({ receiver: build(of, log), rest: [text, most] }));
      }),
      runs,
    );
  });
});

describe("characters of two units", () => {
  /** V8's fast `split` cuts them; its slow one, which subclasses get, follows the specification. */
  class Slow extends RegExp {}

  it("are not cut by what looks behind", () => {
    const split = (methods: Record<symbol, Method>, receiver: RegExp, text: string) =>
      methods[Symbol.split]!.call(receiver, text);
    expect(split(tamed, /(?<!a)/u, "a\u{1f600}")).toEqual(["a\u{1f600}"]);
    expect(split(tamed, /(?<!a)/v, "a\u{1f600}")).toEqual(["a\u{1f600}"]);
    for (const flag of ["u", ""]) {
      for (const text of [
        "a\u{1f600}",
        "\u{1f600}",
        "a\u{1f600}a\u{1f600}b",
        "\ud83d\ud83d\ude00",
        "\ude00\ud83d\ude00a",
      ]) {
        for (const source of ["(?<!a)", "(?<=a)", "(?<![^a])", "(?<!a)(?=.)", "(?!a)", "(?<!a)|a"]) {
          expect(split(tamed, new RegExp(source, flag), text)).toEqual(split(native, new Slow(source, flag), text));
        }
      }
    }
  });
});

describe("the same as native, whatever guests try", () => {
  it("shape of the methods", () => {
    for (const name of names) {
      const [ours, theirs] = [tamed[symbols[name]]!, native[symbols[name]]!];
      expect([ours.name, ours.length, Object.hasOwn(ours, "prototype")]).toEqual([theirs.name, theirs.length, false]);
      expect(() => new (ours as unknown as new () => unknown)()).toThrow(TypeError);
    }
  });

  it("receivers that are no regular expressions", () => {
    for (const name of names) {
      for (const receiver of [undefined, null, 1, "a", {}, RegExp.prototype, Object.create(RegExp.prototype)]) {
        expectSame(name, (log) => ({
          receiver,
          rest: [
            {
              toString() {
                log.push("asked");
                return "a";
              },
            },
            "b",
          ],
        }));
      }
    }
  });

  it("proxies, objects that play regular expressions, own getters: every read in the same order", () => {
    for (const name of names) {
      const { log } = expectSame(name, (log) => ({
        receiver: new Proxy(/b/g, {
          get(target, key) {
            log.push(["get", key]);
            return key === "exec" ? () => null : Reflect.get(target, key, target);
          },
          set(target, key, value) {
            log.push(["set", key]);
            return Reflect.set(target, key, value);
          },
          getPrototypeOf(target) {
            log.push("prototype");
            return Reflect.getPrototypeOf(target);
          },
          has(target, key) {
            log.push(["has", key]);
            return Reflect.has(target, key);
          },
          getOwnPropertyDescriptor(target, key) {
            log.push(["own", key]);
            return Reflect.getOwnPropertyDescriptor(target, key);
          },
        }),
        rest: ["abc", "x"],
      }));
      expect(log.length).toBeGreaterThan(0);
      for (const key of [
        "flags",
        "exec",
        "global",
        "unicode",
        "hasIndices",
        "sticky",
        "constructor",
        "unicodeSets",
        "dotAll",
        "multiline",
        "ignoreCase",
        Symbol.match,
      ]) {
        expectSame(name, (log) => ({
          receiver: Object.defineProperty(/b/g, key, {
            enumerable: true,
            get() {
              log.push(key);
              return Reflect.get(RegExp.prototype, key, /b/g);
            },
          }),
          rest: ["abcb", "x"],
        }));
      }
    }
  });

  it("arguments that change the regular expression when they are made texts or numbers", () => {
    const changes: Array<(one: RegExp) => void> = [
      (one) => one.compile("c", "g"),
      (one) => one.compile("c", "y"),
      (one) => {
        one.lastIndex = 2;
      },
      (one) => void Object.freeze(one),
      (one) => void Object.defineProperty(one, "exec", { value: () => null }),
      (one) => void Object.defineProperty(one, "flags", { value: "u", enumerable: true }),
      (one) =>
        void Object.setPrototypeOf(
          one,
          class extends RegExp {
            override get flags() {
              return "";
            }
          }.prototype,
        ),
      () => {
        throw new RangeError("mine");
      },
    ];
    for (const name of names) {
      for (const change of changes) {
        for (const make of [() => /b/g, () => /b/, () => /b/y, () => /(?:)/gu]) {
          const hostile = (receiver: RegExp, log: unknown[], value: unknown) => ({
            [Symbol.toPrimitive](hint: string) {
              log.push(hint);
              change(receiver);
              return value;
            },
          });
          const texts = ["abcabc", "bbcc"];
          for (const text of texts) {
            expectSame(name, (log) => {
              const receiver = make();
              return { receiver, rest: [hostile(receiver, log, text), "x"] };
            });
            expectSame(name, (log) => {
              const receiver = make();
              return { receiver, rest: [text, hostile(receiver, log, name === "split" ? 2 : "[$&]")] };
            });
            expectSame(name, (log) => {
              const receiver = make();
              (receiver as { lastIndex: unknown }).lastIndex = hostile(receiver, log, 1);
              return { receiver, rest: [text, "x"] };
            });
          }
        }
      }
      for (const bad of [Symbol("s"), Object.create(null), 1n])
        expectSame(name, () => ({ receiver: /b/g, rest: ["abc", bad] }));
      for (const bad of [Symbol("s"), Object.create(null), 1n, undefined])
        expectSame(name, () => ({ receiver: /b/g, rest: [bad] }));
    }
  });

  it("replacer functions that use the same regular expression, and that throw", () => {
    for (const make of [() => /(b)(c)?/g, () => /b/y, () => /b/, () => /(?<n>b)/g, () => /(?:)/g]) {
      for (const act of [
        (one: RegExp) => one.exec("xxb"),
        (one: RegExp) => {
          one.lastIndex = 1;
          return "$&";
        },
        (one: RegExp) => one.compile("a", "g"),
        (one: RegExp) => outcome(tamed[Symbol.replace]!, one, ["bb", () => "q"]).result,
        () => {
          throw new RangeError("mine");
        },
        () => Symbol("no text"),
      ]) {
        expectSame("replace", (log) => {
          const receiver = make();
          return {
            receiver,
            rest: [
              "abcbbc",
              (...given: unknown[]) => {
                log.push(...given, receiver.lastIndex);
                return act(receiver);
              },
            ],
          };
        });
      }
    }
  });

  it("a limit that splits by a regular expression of the same source", () => {
    const { result } = expectSame("split", (log) => ({
      receiver: /,/,
      rest: [
        "a,b,c",
        {
          valueOf() {
            log.push(tamed[Symbol.split]!.call(/,/, "x,y,z"));
            return 2;
          },
        },
      ],
    }));
    expect(result).toEqual({ 0: "a", 1: "b", length: 2 });
  });

  it("what was captured by splits in between does not show: sources that differ only in flags", () => {
    for (const flag of ["", "i", "m", "s", "u", "v", "im", "giy"]) {
      for (const source of ["B", "^a", ".", "\\u{61}", "\n", "\\\n", "/", ""]) {
        for (const text of ["aBb\na", "", "\u{1f600}a/b", "uuu"]) {
          let receiver: RegExp;
          try {
            receiver = new RegExp(source, flag);
          } catch {
            continue;
          }
          expectSame("split", () => ({ receiver, rest: [text] }));
        }
      }
    }
  });

  it("many different patterns: the kept splitters stay right", () => {
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 700; number++) {
        expect(tamed[Symbol.split]!.call(new RegExp(String(number)), `a${number}b`)).toEqual(["a", "b"]);
      }
    }
  });
});

// Last in this file: for the rest of the process, long texts are replaced in by twins.
describe("once twins pay", () => {
  const replace = (pattern: RegExp, text: string, by: string) => tamed[Symbol.replace]!.call(pattern, text, by);
  beforeAll(() => {
    for (let round = 0; !isWorthTwins(""); round++) replace(/x/g, "text ".repeat(200), "y");
  });

  it("the same as native, for any pattern, in texts of any length", () => {
    fc.assert(
      fc.property(regexp, subject, fc.constantFrom(1, 8, 60), template, (of, text, times, by) => {
        fc.pre(nativeEnds(of, text));
        expectSame("replace", (log) => ({ receiver: build(of, log), rest: [text.repeat(times), by] }));
      }),
      { numRuns: 3000 },
    );
  });

  it("patterns that differ only in flags, also where they stand for texts, and many of them", () => {
    const long = "a.B\nb.".repeat(100);
    for (let round = 0; round < 2; round++) {
      for (const source of ["b", "\\.", ".", "^b", "B.b", "[b-z]"]) {
        for (const flag of ["g", "gi", "gm", "gs", "gu", "gv", "gy", "giy", "gims", "gd"]) {
          expectSame("replace", () => ({ receiver: new RegExp(source, flag), rest: [long, "<$&>"] }));
        }
      }
      for (let number = 0; number < 700; number++) {
        expect(replace(new RegExp(String(number), "g"), `a${number}b`.repeat(200), "-")).toBe("a-b".repeat(200));
      }
    }
  });

  it("errors are of the realm, also of a full stack, and the next call works", () => {
    const errorOf = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    const tooLong = errorOf(() => replace(/a/g, "a".repeat(2 ** 20), "b".repeat(2 ** 10)));
    expect(Object.getPrototypeOf(tooLong)).toBe(RangeError.prototype);
    const long = "a".repeat(500);
    const deep = (): unknown => [deep(), replace(/[a]/g, long, "b")];
    expect(Object.getPrototypeOf(errorOf(deep))).toBe(RangeError.prototype);
    expect(replace(/[a]/g, long, "b")).toBe("b".repeat(500));
  });
});
