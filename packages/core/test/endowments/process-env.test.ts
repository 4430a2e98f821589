import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import type { PackagePolicy } from "../../src/policy/types.ts";
import { makeEnv, visibleVariables } from "../../src/endowments/process/env.ts";
import { makeEnvCovers } from "../../src/policy/env-covers.ts";
import { contextOf } from "./principal-context.ts";
import type { TestOptions } from "./principal-context.ts";

function setUp(granted: readonly string[], options: TestOptions = {}) {
  const real: Record<string, string> = Object.assign(Object.create(Object.prototype), {
    NODE_ENV: "test",
    npm_config_a: "1",
    npm_config_b: "2",
    SECRET: "hidden",
  });
  const context = contextOf({ env: granted }, { ...options, process: { env: real } });
  return { real, context, env: makeEnv(context) as Record<string, any> };
}

describe("who fills the environment for all", () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-traffic-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, ".env"),
    "# ALL_PROXY=http://comment.example\nPORT=80\nexport HTTPS_PROXY='http://proxy.example:3128'\nhttp_proxy=http://${HOST}:3128\nNO_PROXY=a.example # http://comment.example\nPGHOST=db#1\n",
  );
  for (const name of [".env-1.tmp", `.env-${"0".repeat(32)}`, ".environment.temp"])
    writeFileSync(join(folder, name), "HTTPS_PROXY=http://evil.example\n");
  mkdirSync(join(folder, "config"));
  writeFileSync(join(folder, "config/.env.local"), "AWS_ENDPOINT_URL=http://localhost:4566\n");

  const fill = (key: string, value: string, policy: PackagePolicy = {}) => {
    const real: Record<string, string> = {};
    const context = contextOf({ builtins: { process: ["loadEnvFile"] }, ...policy }, { process: { env: real } });
    Object.assign(context.paths, { project: folder, cwd: folder });
    const env = makeEnv(context);
    env[key] = value;
    expect(env[key]).toBe(value);
    return { seen: real[key], denials: context.denials };
  };

  it.each([
    ["PORT", "81"],
    ["SERVICE", "any"],
    ["AWS_REGION", "eu-west-1"],
    ["HTTPS_PROXY", "http://proxy.example:3128"],
    ["http_proxy", "http://made-of-it:3128"],
    ["NO_PROXY", "a.example"],
    ["PGHOST", "db#1"],
    ["PGHOST", "db"],
  ])("sets %s to %s", (key, value) => expect(fill(key, value)).toEqual({ seen: value, denials: [] }));

  // HAZARD: everybody's requests would go there, and by AWS's, signed.
  it.each([
    ["HTTPS_PROXY", "http://evil.example"],
    ["HTTPS_PROXY", "http://proxy.exampl"],
    ["HTTPS_PROXY", ""],
    ["NO_PROXY", "http://comment.example"],
    ["FIREBASE_AUTH_EMULATOR_HOST", "evil.example"],
    ["OPENAI_BASE_URL", "http://evil.example"],
    ["ALL_PROXY", "http://comment.example"],
    ["npm_config_proxy", "http://evil.example"],
    ["NO_PROXY", "*"],
    ["AWS_ENDPOINT_URL", "http://localhost:4566"],
    ["AWS_ENDPOINT_URL_S3", "http://evil.example"],
    ["a.b_proxy", "http://evil.example"],
    ["KUBERNETES_SERVICE_HOST", "evil.example"],
    ["AWS_REGION", "evil.example/"],
  ])("does not send others' requests elsewhere: %s to %s", (key, value) => {
    const { seen, denials } = fill(key, value);
    expect(seen).toBeUndefined();
    if (key !== "npm_config_proxy") expect(denials).toContainEqual(expect.objectContaining({ target: key }));
  });

  it("sends them where a file that its policy names says, and where a person has said so", () => {
    const aws = ["AWS_ENDPOINT_URL", "http://localhost:4566"] as const;
    expect(fill(...aws, { fs: { read: ["./config/.env.local"] } }).seen).toBe(aws[1]);
    expect(fill("HTTPS_PROXY", "http://other.example", { env: ["HTTPS_PROXY"] }).seen).toBe("http://other.example");
  });
});

describe("process.env", () => {
  it("shows granted keys, live", () => {
    const { env, real } = setUp(["NODE_ENV", "npm_config_*", "LATER"]);
    expect(env["NODE_ENV"]).toBe("test");
    expect(Object.keys(env)).toEqual(["NODE_ENV", "npm_config_a", "npm_config_b"]);
    expect(env["LATER"]).toBeUndefined();
    expect("LATER" in env).toBe(false);
    real["LATER"] = "now";
    expect(env["LATER"]).toBe("now");
    expect({ ...env }).toEqual({ NODE_ENV: "test", npm_config_a: "1", npm_config_b: "2", LATER: "now" });
  });

  const ways: [string, (env: Record<string, any>) => unknown][] = [
    ["get", (env) => env["SECRET"]],
    ["in", (env) => ("SECRET" in env ? "hidden" : "")],
    ["descriptor", (env) => Object.getOwnPropertyDescriptor(env, "SECRET")?.value],
    ["descriptors", (env) => JSON.stringify(Object.getOwnPropertyDescriptors(env))],
    ["JSON", (env) => JSON.stringify(env)],
    ["values", (env) => Object.values(env).join()],
    [
      "ownKeys",
      (env) =>
        Reflect.ownKeys(env)
          .map((key) => env[key as string])
          .join(),
    ],
    [
      "for in",
      (env) => {
        let all = "";
        for (const key in env) all += env[key];
        return all;
      },
    ],
    ["assign", (env) => Object.assign({}, env)["SECRET"]],
    ["heir", (env) => Object.create(env)["SECRET"]],
    ["Reflect.get", (env) => Reflect.get(env, "SECRET", {})],
    ["inspect showProxy", (env) => inspect(env, { showProxy: true, showHidden: true, depth: 9 })],
    ["lookupGetter", (env) => (env as any).__lookupGetter__("SECRET")?.()],
  ];
  it.each(ways)("hides others from %s", (_name, read) => {
    expect(String(read(setUp(["NODE_ENV"]).env))).not.toContain("hidden");
  });

  it("keeps writes and deletions to itself", () => {
    const { env, real } = setUp(["NODE_ENV"]);
    expect(env["NODE_ENV"]).toBe("test");
    env["NODE_ENV"] = "mine";
    env["SECRET"] = 5;
    Object.defineProperty(env, "DEFINED", { value: "x", writable: true, enumerable: true, configurable: true });
    expect([env["NODE_ENV"], env["SECRET"], env["DEFINED"]]).toEqual(["mine", "5", "x"]);
    delete env["NODE_ENV"];
    expect(env["NODE_ENV"]).toBeUndefined();
    expect(Object.keys(env)).toEqual(["SECRET", "DEFINED"]);
    expect(real).toEqual({ NODE_ENV: "test", npm_config_a: "1", npm_config_b: "2", SECRET: "hidden" });
  });

  it("is the real one to trusted code", () => {
    const { env, real } = setUp([], { trusted: true });
    env["NEW"] = "1";
    delete env["SECRET"];
    expect(real["NEW"]).toBe("1");
    expect("SECRET" in real).toBe(false);
  });

  it("under audit shows everything and records it once a key", () => {
    const { env, context } = setUp([], { audit: true });
    expect(env["SECRET"] + env["SECRET"]).toBe("hiddenhidden");
    expect(Object.keys(env)).toContain("SECRET");
    expect(Object.keys(env)).toContain("NODE_ENV");
    expect(context.denials.map((denial) => denial.target)).toEqual(["SECRET", "*"]);
  });

  it("behaves as an object of strings", () => {
    const { env } = setUp(["NODE_ENV"]);
    expect(env["hasOwnProperty"]("NODE_ENV")).toBe(true);
    expect(env["hasOwnProperty"]("SECRET")).toBe(false);
    expect(env["constructor"]).toBe(Object);
    expect(() => {
      env["X"] = Symbol("x");
    }).toThrow(TypeError);
    expect(Object.isExtensible(env)).toBe(true);
    expect(Reflect.preventExtensions(env)).toBe(false);
    expect(Reflect.setPrototypeOf(env, null)).toBe(false);
  });
});

describe("env grants", () => {
  it.each([
    [["A"], "A", true],
    [["A"], "a", false],
    [["A"], "AB", false],
    [["A_*"], "A_B", true],
    [["A_*"], "AB", false],
    [["*"], "ANY", true],
    [[], "A", false],
    [["A*"], "__proto__", false],
  ] as const)("%j covers %s: %s", (granted, key, covered) => {
    expect(makeEnvCovers(granted, false)(key)).toBe(covered);
  });

  it("ignores case where the system does", () => {
    expect(makeEnvCovers(["Path"], true)("PATH")).toBe(true);
  });

  it("takes what fills the environment for all from who may do that alone, and nothing that loads code", () => {
    const fill = (env: Record<string, any>): void => {
      for (const key of ["PORT", "SECRET", "NODE_OPTIONS", "LD_PRELOAD", "Path", "XDG_CACHE_HOME", "TMPDIR", "Temp"])
        if (!Object.hasOwn(env, key)) env[key] = "filled";
    };
    const plain = setUp([]);
    fill(plain.env);
    expect(plain.real).toEqual({ NODE_ENV: "test", npm_config_a: "1", npm_config_b: "2", SECRET: "hidden" });
    const real: Record<string, string> = { SECRET: "hidden" };
    const context = contextOf({ env: [], builtins: { process: ["loadEnvFile"] } }, { process: { env: real } });
    const env = makeEnv(context) as Record<string, any>;
    fill(env);
    expect(real).toEqual({ SECRET: "hidden", PORT: "filled" });
    expect([env["PORT"], env["SECRET"], Object.keys(env).sort()]).toEqual([
      "filled",
      "filled",
      ["LD_PRELOAD", "NODE_OPTIONS", "PORT", "Path", "SECRET", "TMPDIR", "Temp", "XDG_CACHE_HOME"],
    ]);
    delete env["PORT"];
    delete env["SECRET"];
    expect(real).toEqual({ SECRET: "hidden" });
  });

  it("lets who shares a variable of mode set it for all, where nobody has from outside", () => {
    const shares = ["process.env.NODE_ENV"];
    const make = (real: Record<string, string>, policy: object, shared = new Map<string, unknown>()) =>
      makeEnv(contextOf(policy, { process: { env: real }, shared })) as Record<string, any>;
    const real: Record<string, string> = {};
    const shared = new Map<string, unknown>();
    const [vite, vitepress, stranger] = [{ shares }, { shares }, {}].map((policy) => make(real, policy, shared));
    stranger!["NODE_ENV"] = "strange";
    expect(real).toEqual({});
    vite!["NODE_ENV"] = "development";
    vitepress!["NODE_ENV"] = "production";
    vite!["PORT"] = "1";
    expect(real).toEqual({ NODE_ENV: "production" });
    // The application's word, and that of who started it.
    real["NODE_ENV"] = "test";
    vite!["NODE_ENV"] = "development";
    const outside = { NODE_ENV: "staging" };
    make(outside, { shares })["NODE_ENV"] = "production";
    expect([real, outside]).toEqual([{ NODE_ENV: "test" }, { NODE_ENV: "staging" }]);
  });

  it("takes no mode that leads somewhere from whoever sets it for all", () => {
    const set = (policy: object, key: string, value: string): Record<string, string> => {
      const real: Record<string, string> = {};
      const env = makeEnv(contextOf(policy, { process: { env: real } })) as Record<string, any>;
      env[key] = value;
      // It has it for itself.
      expect(env[key]).toBe(value);
      return real;
    };
    const sharing = { shares: ["process.env.NODE_ENV", "process.env.BABEL_ENV"] };
    const filling = { env: [], builtins: { process: ["loadEnvFile"] } };
    for (const path of ["../dist/planted", "production/../x", "test; touch x", "..", "a.js"]) {
      expect(set(sharing, "NODE_ENV", path)).toEqual({});
      expect(set(sharing, "BABEL_ENV", path)).toEqual({});
      expect(set(filling, "NODE_ENV", path)).toEqual({});
    }
    // What it may have made itself: `config/planted.js`.
    expect(set(sharing, "NODE_ENV", "planted")).toEqual({});
    expect(set(sharing, "BABEL_ENV", "esm")).toEqual({ BABEL_ENV: "esm" });
    expect(set(filling, "NODE_ENV", "staging")).toEqual({ NODE_ENV: "staging" });
  });

  it("does not take what others put where it has filled", () => {
    const real: Record<string, string> = {};
    const make = () =>
      makeEnv(contextOf({ env: [], builtins: { process: ["loadEnvFile"] } }, { process: { env: real } })) as Record<
        string,
        any
      >;
    for (const see of [
      (env: any) => env.TOKEN,
      (env: any) => Object.getOwnPropertyDescriptor(env, "TOKEN")?.value,
      (env: any) => visibleVariables(env)?.["TOKEN"],
    ]) {
      for (const touch of [() => {}, (env: any) => (env.TOKEN = "mine again"), (env: any) => delete env.TOKEN]) {
        delete real["TOKEN"];
        const env = make();
        env["TOKEN"] = "mine";
        expect(see(env)).toBe("mine");
        real["TOKEN"] = "the application's";
        expect([see(env), "TOKEN" in env, Object.keys(env)]).toEqual([undefined, false, []]);
        touch(env);
        expect(real["TOKEN"]).toBe("the application's");
        expect(see(env)).not.toBe("the application's");
      }
    }
  });

  it("sets nothing for all under a name that the system reads as another's", () => {
    const before = { ...process.env };
    const env = makeEnv(
      contextOf({ builtins: { process: ["loadEnvFile"] } }, { process: { env: process.env } }),
    ) as Record<string, any>;
    for (const key of ["NODE_PENDING_DEPRECATION\0x", "NODE_OPTIONS\0", "NODE_OPTIONS=--x", "=", "\0NODE_OPTIONS", ""])
      env[key] = "1";
    expect({ ...process.env }).toEqual(before);
  });

  it("takes what fills the environment in one answer, and only by a grant that names it", () => {
    let asked = 0;
    const twice = { toString: () => `answer ${(asked += 1)}` };
    for (const [builtins, expected] of [
      [{ process: ["loadEnvFile"] }, "answer 1"],
      [{ process: ["exit"] }, undefined],
      [{}, undefined],
    ] as const) {
      asked = 0;
      const real: Record<string, string> = {};
      const env = makeEnv(contextOf({ builtins }, { process: { env: real } })) as Record<string, any>;
      env["PORT"] = twice;
      expect([real["PORT"], env["PORT"], asked]).toEqual([expected, "answer 1", 1]);
    }
  });
});
