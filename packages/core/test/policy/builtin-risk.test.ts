import { builtinModules, createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { builtinMemberRisk, builtinRisk } from "../../src/policy/builtin-risk.ts";
import { isHarmlessGlobal } from "../../src/policy/global-risk.ts";
import { compareRisk, riskOf } from "../../src/policy/grant-risk.ts";

const require = createRequire(import.meta.url);

describe("builtinRisk", () => {
  test("everything that reaches the world or the realm is no harmless module", () => {
    for (const name of [
      "fs",
      "fs/promises",
      "net",
      "tls",
      "http",
      "https",
      "http2",
      "dgram",
      "dns",
      "dns/promises",
      "domain",
    ])
      expect(builtinMemberRisk(name, "*"), name).toBe("risky");
    for (const name of [
      "module",
      "vm",
      "inspector",
      "worker_threads",
      "child_process",
      "cluster",
      "v8",
      "repl",
      "wasi",
      "ffi",
      "sqlite",
      "diagnostics_channel",
      "process",
      "test",
      "trace_events",
      "async_hooks",
    ])
      expect(builtinMemberRisk(name, "*"), name).toBe("authority");
  });

  test("a module without a row, or with an inherited one, is as good as every power", () => {
    for (const name of ["constructor", "toString", "__proto__", "quic", "node:path", "_http_client"])
      expect(builtinRisk(name), name).toEqual({ risk: "authority" });
  });

  test("members that are harmless are members", () => {
    const known = new Set(builtinModules);
    for (const name of [
      "os",
      "tty",
      "perf_hooks",
      "async_hooks",
      "crypto",
      "http",
      "http2",
      "net",
      "module",
      "v8",
      "worker_threads",
    ]) {
      const row = builtinRisk(name);
      expect(known.has(name)).toBe(true);
      if (row.risk !== "partly") throw new Error(`${name} has no members`);
      // These came after Node 20.19.
      const later = new Set(["argon2", "argon2Sync", "decapsulate", "encapsulate", "randomUUIDv7", "hash"]);
      for (const member of row.harmless)
        if (!later.has(member)) expect(member in require(name), `${name}.${member}`).toBe(true);
    }
  });

  test.each([
    ["os", "homedir", "risky"],
    ["os", "EOL", "harmless"],
    ["os", undefined, "harmless"],
    ["crypto", "setEngine", "risky"],
    ["async_hooks", "createHook", "authority"],
    ["async_hooks", "AsyncLocalStorage", "harmless"],
    ["perf_hooks", "PerformanceObserver", "risky"],
    ["module", "createRequire", "authority"],
    ["v8", "setFlagsFromString", "authority"],
    ["tty", "ReadStream", "risky"],
    ["net", "isIP", "harmless"],
    ["net", "Socket", "risky"],
    ["path", "*", "harmless"],
    ["fs", undefined, "risky"],
  ] as const)("%s.%s is %s", (name, member, risk) => {
    expect(builtinMemberRisk(name, member)).toBe(risk);
  });
});

test("globals that give power are not harmless, nor is one that nobody knows", () => {
  for (const name of [
    "process",
    "fetch",
    "WebSocket",
    "EventSource",
    "BroadcastChannel",
    "localStorage",
    "sessionStorage",
    "gc",
    "eval",
    "Function",
    "require",
    "Worker",
    "SomethingNew",
    "constructor",
    "__proto__",
  ])
    expect(isHarmlessGlobal(name), name).toBe(false);
  for (const name of ["console", "setTimeout", "URL", "TextEncoder", "Buffer"])
    expect(isHarmlessGlobal(name), name).toBe(true);
});

test("risks of grants, the worst first", () => {
  const risks = [
    riskOf({ capability: "env", target: "A" }),
    riskOf({ capability: "command", target: "git" }),
    riskOf({ capability: "fs.write", target: "." }),
    riskOf({ capability: "fs.read", target: "<package>" }),
    riskOf({ capability: "fs.read", target: "/etc" }),
    riskOf({ capability: "global", target: "console" }),
    riskOf({ capability: "builtin", target: "vm" }),
    riskOf({ capability: "share", target: "fetch.dispatcher" }),
    riskOf({ capability: "share", target: "http.client" }),
    riskOf({ capability: "share", target: "process.env.NODE_ENV" }),
  ];
  expect(risks.toSorted(compareRisk)).toEqual([
    ...["critical", "critical", "high", "high", "high", "high"],
    ...["medium", "low", "low", "none"],
  ]);
});

test("`node:process` is as risky as the global that it is, and its members are what they are", () => {
  expect(riskOf({ capability: "builtin", target: "process" })).toBe(
    riskOf({ capability: "global", target: "process" }),
  );
  expect(riskOf({ capability: "builtin", target: "process", member: "exit" })).toBe("critical");
  expect(riskOf({ capability: "builtin", target: "process", member: "*" })).toBe("critical");
});
