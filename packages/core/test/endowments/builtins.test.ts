import { createRequire } from "node:module";
import { describe, expect, it, vi } from "vitest";
import { DEPRECATED_STREAMS, HANDED_BUILTINS, REFUSED_BUILTINS } from "../../src/endowments/builtin-members.ts";
import { makeBuiltin } from "../../src/endowments/builtins.ts";
import { contextOf } from "./principal-context.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";

const require = createRequire(import.meta.url);
const denied = expect.objectContaining({ code: "MOAT_BUILTIN_DENIED" });

describe("granting a builtin", () => {
  it("needs a grant, for harmless ones too", () => {
    const context = contextOf({ builtins: { util: true } });
    expect(() => makeBuiltin("path", context)).toThrow(denied);
    expect(context.denials).toEqual([{ capability: "builtin", target: "path" }]);
    expect(() => makeBuiltin("util", context)).not.toThrow();
  });

  it.each([
    ["an inherited key", Object.create({ fs: true })],
    ["a false", { path: false }],
    ["a text", { path: "join" }],
    ["nothing", { path: undefined }],
  ])("is not done by %s", (_name, builtins) => {
    expect(() => makeBuiltin("path", contextOf({ builtins } as PackagePolicy))).toThrow(denied);
    expect(() => makeBuiltin("fs", contextOf({ builtins } as PackagePolicy))).toThrow(denied);
  });

  it.each(["constructor", "__proto__", "toString", "nothing", "", "node:path"])("knows no builtin %j", (name) => {
    expect(() => makeBuiltin(name, contextOf({ builtins: { [name]: true } }))).toThrow(denied);
    expect(() => makeBuiltin(name, contextOf({}, { trusted: true }))).toThrow(denied);
  });

  it.each(Object.keys(REFUSED_BUILTINS))("%s goes to nobody", (name) => {
    expect(() => makeBuiltin(name, contextOf({}, { trusted: true }))).toThrow(denied);
  });

  it("of some members of cluster is still an emitter", () => {
    const cluster = makeBuiltin("cluster", contextOf({ builtins: { cluster: ["isMaster", "on"] } })) as any;
    const heard: unknown[] = [];
    cluster.on("message", (message: unknown) => heard.push(message));
    cluster.emit("message", 1);
    expect([heard, cluster.isMaster]).toEqual([[1], true]);
    expect(() => cluster.fork()).toThrow(/restricted/);
  });

  it("tells who looks for the workers of a cluster that has some that a package finds none", () => {
    const { workers } = require("node:cluster") as { workers: Record<string, unknown> };
    const context = contextOf({ builtins: { cluster: ["workers"] } });
    const cluster = makeBuiltin("cluster", context) as { workers: object };
    expect([cluster.workers, context.denials]).toEqual([{}, []]);
    workers["moat"] = {};
    try {
      expect(cluster.workers).toEqual({});
      expect(context.denials).toEqual([expect.objectContaining({ target: "cluster.workers", never: true })]);
    } finally {
      delete workers["moat"];
    }
  });

  it("under audit an ungranted builtin is recorded and handed over", () => {
    const context = contextOf({}, { audit: true });
    expect((makeBuiltin("path", context) as any).sep).toBe(require("node:path").sep);
    expect(context.denials).toHaveLength(1);
  });

  it("follows aliases, parents and the globals of the same name", () => {
    const context = contextOf({
      builtins: { sys: true, path: ["posix"], stream: true },
      globals: ["process", "console"],
    });
    expect(context.builtin("util")).toBe(context.builtin("sys"));
    expect(context.builtin("path/posix")).toBe(context.builtin("path").posix);
    expect(() => context.builtin("path/win32")).toThrow(denied);
    expect(context.builtin("stream/promises").pipeline).toBeTypeOf("function");
    expect(context.builtin("process").platform).toBe(process.platform);
    expect(context.builtin("console").log).toBeTypeOf("function");
    for (const [name, member] of Object.entries(DEPRECATED_STREAMS))
      expect(context.builtin(name)).toBe(require("node:stream")[member]);
  });
});

describe("narrowing to members", () => {
  it("leaves what is listed; the rest throws when it is called, and is not reached", () => {
    const randomBytes = vi.fn();
    const context = contextOf({ builtins: { crypto: ["createHash"] } });
    const real = context.powers.builtin;
    Object.assign(context.powers, {
      builtin: (name: string) => (name === "crypto" ? { ...real("crypto"), randomBytes } : real(name)),
    });
    const crypto = context.builtin("crypto");
    expect(crypto.createHash("md5").update("a").digest("hex")).toBe("0cc175b9c0f1b6a831c399e269772661");
    expect(() => crypto.randomBytes(4)).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(randomBytes).not.toHaveBeenCalled();
    expect(() => new crypto.X509Certificate("")).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(crypto.webcrypto).toBeUndefined();
    expect(crypto.constants).toBeTypeOf("object");
    expect(context.denials).toHaveLength(2);
  });

  it("says of what is nobody's that no policy allows it, granted or not", () => {
    const narrowed = contextOf({ builtins: { v8: ["getHeapStatistics"] } });
    const granted = contextOf({ builtins: { v8: true } });
    for (const context of [narrowed, granted]) {
      expect(() => context.builtin("v8").setFlagsFromString("--none")).toThrow(
        expect.objectContaining({ code: "ERR_ACCESS_DENIED" }),
      );
      expect(context.denials).toEqual([expect.objectContaining({ target: "v8.setFlagsFromString", never: true })]);
    }
    expect(() => narrowed.builtin("v8").serialize(1)).toThrow();
    expect(narrowed.denials[1]).not.toHaveProperty("never");
  });

  it("does not touch builtins that only compute", () => {
    expect(
      contextOf({ builtins: { path: ["join"] } })
        .builtin("path")
        .resolve("/a"),
    ).toBe("/a");
    expect(
      contextOf({ builtins: { util: ["inspect"] } })
        .builtin("util")
        .types.isDate(new Date()),
    ).toBe(true);
    expect(contextOf({ builtins: { timers: ["setTimeout"] } }).builtin("timers").promises.setTimeout).toBeTypeOf(
      "function",
    );
  });

  it("members that change the whole program are nobody's but trusted code's", () => {
    const context = contextOf({ builtins: { crypto: true, os: true } });
    expect(() => context.builtin("crypto").setEngine("/tmp/x.so")).toThrow(
      expect.objectContaining({ code: "ERR_ACCESS_DENIED" }),
    );
    expect(() => context.builtin("crypto").setFips(true)).toThrow(
      expect.objectContaining({ code: "ERR_ACCESS_DENIED" }),
    );
    expect(() => context.builtin("os").setPriority(0, 19)).toThrow(
      expect.objectContaining({ code: "ERR_ACCESS_DENIED" }),
    );
    expect("fips" in context.builtin("crypto")).toBe(false);
    expect(require("node:os").getPriority()).not.toBe(19);
  });
});

describe("a facade", () => {
  const names = Object.keys(HANDED_BUILTINS).filter(
    (name) => !(name.startsWith("stream/") && !require("node:module").builtinModules.includes(name)),
  );

  it.each(names)("of %s is the package's own, and what it holds is hardened", (name) => {
    const policy: PackagePolicy = { builtins: { [name]: true, "timers/promises": true, stream: true } };
    const mine = contextOf(policy).builtin(name);
    const theirs = contextOf(policy).builtin(name);
    if (typeof mine === "function") {
      expect(mine).toBe(theirs);
      expect(Object.isFrozen(mine)).toBe(true);
      return;
    }
    expect(mine).not.toBe(theirs);
    expect(mine).not.toBe(require(`node:${name}`));
    for (const key of Object.keys(mine)) {
      const value = mine[key];
      // Intrinsics are lockdown's to freeze.
      if (value === Array.isArray || value === ArrayBuffer.isView) continue;
      if ((typeof value !== "function" && typeof value !== "object") || value === null || value !== theirs[key])
        continue;
      expect([key, Object.isExtensible(value)]).toEqual([key, false]);
    }
    mine.planted = 1;
    const [key] = Object.keys(mine);
    mine[key!] = "patched";
    expect(theirs.planted).toBeUndefined();
    expect(theirs[key!]).not.toBe("patched");
    expect(require(`node:${name}`)[key!]).not.toBe("patched");
  });

  it("classes inside instances are hardened: native handles, chunk lists, listeners", () => {
    const context = contextOf({ builtins: { crypto: true, zlib: true, stream: true } });
    const inside = (object: object): object[] =>
      Reflect.ownKeys(object)
        .map((key) => Object.getOwnPropertyDescriptor(object, key)!.value)
        .filter(
          (value) =>
            typeof value === "object" &&
            value !== null &&
            !Array.isArray(value) &&
            !ArrayBuffer.isView(value) &&
            Object.getPrototypeOf(value) !== Object.prototype &&
            Object.getPrototypeOf(value) !== null,
        );
    const { createHash, createHmac, createSign, createECDH, createSecretKey } = context.builtin("crypto");
    const key = createSecretKey(Buffer.alloc(8));
    const made = [
      createHash("md5"),
      createHmac("md5", "k"),
      createSign("sha256"),
      createECDH("prime256v1"),
      key,
      context.builtin("zlib").createGzip(),
      context.builtin("zlib").createBrotliCompress(),
    ];
    for (const object of made) {
      const handles = inside(object);
      // Keys show none from Node 24 on.
      if (object !== key) expect(handles.length).toBeGreaterThan(0);
      for (const handle of handles)
        expect([handle.constructor.name, Object.isExtensible(Object.getPrototypeOf(handle))]).toEqual([
          handle.constructor.name,
          false,
        ]);
    }
  });
});

describe("util", () => {
  it("default options of inspect are the package's own", () => {
    const mine = contextOf({ builtins: { util: true } }).builtin("util");
    const theirs = contextOf({ builtins: { util: true } }).builtin("util");
    mine.inspect.defaultOptions = { depth: 0 };
    expect(mine.inspect({ a: { b: 1 } })).toBe("{ a: [Object] }");
    expect(theirs.inspect({ a: { b: 1 } })).toBe("{ a: { b: 1 } }");
    expect(require("node:util").inspect({ a: { b: 1 } })).toBe("{ a: { b: 1 } }");
    expect(mine.inspect.custom).toBe(require("node:util").inspect.custom);
  });
});

describe("tty", () => {
  it("opens no descriptor but the package's own standard streams", () => {
    const context = contextOf({ builtins: { tty: true } });
    const tty = context.builtin("tty");
    expect(tty.isatty(1)).toBe(require("node:tty").isatty(1));
    expect(() => new tty.ReadStream(5)).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(() => new tty.WriteStream(3)).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(context.denials).toHaveLength(2);
    expect(new tty.WriteStream(1).connect).toBeUndefined();
  });

  it("says what the terminal can show, also when asked without one", () => {
    const tty = contextOf({ builtins: { tty: true } }).builtin("tty");
    expect(tty.WriteStream.prototype.hasColors()).toBe(require("node:tty").WriteStream.prototype.hasColors());
    expect(tty.WriteStream.prototype.getColorDepth()).toBe(require("node:tty").WriteStream.prototype.getColorDepth());
    expect(tty.WriteStream.prototype.columns).toBeUndefined();
  });
});

describe("every builtin of this Node", () => {
  const { builtinModules } = require("node:module");
  const names = [...new Set<string>([...builtinModules.map((name: string) => name.replace(/^node:/, "")), "test"])];
  const handed = names.filter((name) => !Object.hasOwn(REFUSED_BUILTINS, name));

  it.each(handed)("%s has a facade, for packages and for trusted code", (name) => {
    for (const context of [contextOf({ builtins: { [name]: true } }), contextOf({}, { trusted: true })]) {
      const facade = makeBuiltin(name, context);
      expect(["object", "function"]).toContain(typeof facade);
      expect(makeBuiltin(name, context)).toBe(facade);
    }
  });
});
