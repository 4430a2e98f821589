import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { DEFERRED_BUILTINS } from "../../src/endowments/builtin-factories.ts";
import { builtinFacade, makeBuiltin } from "../../src/endowments/builtins.ts";
import { deferredFacade } from "../../src/endowments/deferred-facade.ts";
import { describedAsData, isLazyData } from "../../src/endowments/facade.ts";
import { contextOf } from "./principal-context.ts";

const require = createRequire(import.meta.url);
const NAMES = Object.keys(DEFERRED_BUILTINS);
const functionsOf = (name: string): string[] =>
  Object.keys(require(`node:${name}`)).filter((key) => typeof require(`node:${name}`)[key] === "function");

describe.each(NAMES)("%s", (name) => {
  it.each([
    ["who is granted all", { builtins: { [name]: true as const } }],
    ["who is granted a member", { builtins: { [name]: functionsOf(name).slice(0, 1) } }],
    ["who is granted none", { builtins: { [name]: [] } }],
  ])("has for %s the members before it is made that it has then, in their order", (_who, policy) => {
    const facade = makeBuiltin(name, contextOf(policy)) as Record<string, unknown>;
    const before = Object.keys(facade);
    const waiting = before.filter((key) => "get" in Object.getOwnPropertyDescriptor(facade, key)!);
    expect(waiting).not.toEqual([]);
    void facade[waiting[0]!];
    expect(Object.keys(facade)).toEqual(before);
  });

  it("has only plain data of Node's before it is made", () => {
    const facade = makeBuiltin(name, contextOf({ builtins: { [name]: true } }));
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(facade))) {
      if (typeof value !== "object" || value === null) expect(typeof value).not.toBe("function");
      else expect([Object.isFrozen(value), JSON.parse(JSON.stringify(value))]).toEqual([true, value]);
    }
  });

  it("is one object for its principal, and has the members of the one that moat uses", () => {
    const context = contextOf({ builtins: { [name]: true } });
    const facade = makeBuiltin(name, context) as Record<string, unknown>;
    expect(makeBuiltin(name, context)).toBe(facade);
    for (const key of functionsOf(name)) expect([key, facade[key]]).toEqual([key, builtinFacade(context, name)[key]]);
  });
});

describe("a facade that is made when it is looked at", () => {
  const real = {
    f() {},
    g() {},
    list: ["a"],
    get accessor() {
      throw new Error("read");
    },
  };
  const table = {
    f: ["own", ""],
    g: ["own", ""],
    list: ["pass", ""],
    accessor: ["own", ""],
  } as const;
  const start = () => {
    const state = { made: 0, accessor: "a" as unknown, fails: false };
    const f = () => "f";
    const shell = deferredFacade(real, table, true, () => {
      if (state.fails) throw new RangeError("no stack");
      state.made++;
      return {
        f,
        g: () => "g",
        list: real.list,
        get accessor() {
          return state.accessor;
        },
        set accessor(value: unknown) {
          state.accessor = value;
        },
      };
    }) as Record<string, any>;
    return { state, shell, f };
  };

  it("is not made for names and plain data", () => {
    const { state, shell } = start();
    expect([Object.keys(shell), "f" in shell, shell.list]).toEqual([["f", "g", "list", "accessor"], true, ["a"]]);
    expect(state.made).toBe(0);
  });

  it("is made once, and has ordinary members then", () => {
    const { state, shell, f } = start();
    expect([shell.f(), shell.g(), state.made]).toEqual(["f", "g", 1]);
    expect(Object.getOwnPropertyDescriptor(shell, "f")).toEqual({
      value: f,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });

  it("keeps accessors", () => {
    const { state, shell } = start();
    shell.accessor = "b";
    expect([state.accessor, shell.accessor]).toEqual(["b", "b"]);
  });

  it("keeps what was assigned, defined or deleted before", () => {
    const assigned = start().shell;
    assigned.f = 1;
    const defined = start().shell;
    Object.defineProperty(defined, "f", { value: 2, configurable: true });
    const deleted = start().shell;
    delete deleted.f;
    expect([assigned, defined, deleted].map((shell) => [shell.g(), shell.f])).toEqual([
      ["g", 1],
      ["g", 2],
      ["g", undefined],
    ]);
  });

  it("serves heirs and copies", () => {
    const { shell, f } = start();
    const heir = Object.create(shell);
    const copy = Object.defineProperties({} as any, Object.getOwnPropertyDescriptors(shell));
    expect([heir.f, copy.f, Object.keys(heir)]).toEqual([f, f, []]);
    expect(Object.getOwnPropertyDescriptor(copy, "f")!.value).toBe(f);
    const other = Object.create(start().shell);
    other.f = 1;
    expect(Object.keys(other)).toEqual(["f"]);
  });

  it("is made by the next who looks, where making it failed", () => {
    const { state, shell } = start();
    state.fails = true;
    expect(() => shell.f).toThrow(RangeError);
    state.fails = false;
    expect(shell.f()).toBe("f");
  });

  it("is described as the data that it will be, which are made when somebody reads them", () => {
    const { state, shell, f } = start();
    const { get } = Object.getOwnPropertyDescriptor(shell, "f")!;
    expect(isLazyData(get!)).toBe(true);
    expect(isLazyData(Object.getOwnPropertyDescriptor(shell, "accessor")!.get!)).toBe(false);
    const described = describedAsData(shell, "f", true, get!);
    expect([Object.keys(described), "get" in described, state.made]).toEqual([
      ["value", "writable", "enumerable", "configurable"],
      false,
      0,
    ]);
    expect([described.value, state.made]).toEqual([f, 1]);
    const replaced = describedAsData(start().shell, "f", true, get!);
    replaced.value = 1;
    expect(Object.defineProperty({}, "f", replaced)).toEqual({ f: 1 });
  });

  it("is put back by what described it before something else was put there", () => {
    const { shell, f } = start();
    const described = describedAsData(shell, "f", true, Object.getOwnPropertyDescriptor(shell, "f")!.get!);
    Object.defineProperty(shell, "f", { value: () => "stub", configurable: true });
    Object.defineProperty(shell, "f", described);
    expect(shell.f).toBe(f);
  });
});
