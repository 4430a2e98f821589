import { createRequire } from "node:module";
import { expect, test, vi } from "vitest";
import { DGRAM_MEMBERS } from "../../src/endowments/net/dgram-facade.ts";
import { DNS_MEMBERS } from "../../src/endowments/net/dns-members.ts";
import { HTTP_COMMON_MEMBERS } from "../../src/endowments/net/http-common.ts";
import { HTTPS_MEMBERS, HTTP_MEMBERS } from "../../src/endowments/net/http-members.ts";
import { HTTP2_MEMBERS } from "../../src/endowments/net/http2-facade.ts";
import { NET_MEMBERS } from "../../src/endowments/net/net-members.ts";
import { TLS_MEMBERS } from "../../src/endowments/net/tls-members.ts";
import { app, testPackage } from "./net-context.ts";

const require = createRequire(import.meta.url);
const TABLES = {
  net: NET_MEMBERS,
  tls: TLS_MEMBERS,
  _http_common: HTTP_COMMON_MEMBERS,
  http: HTTP_MEMBERS,
  https: HTTPS_MEMBERS,
  http2: HTTP2_MEMBERS,
  dgram: DGRAM_MEMBERS,
  dns: DNS_MEMBERS,
  "dns/promises": DNS_MEMBERS,
};

test.each(Object.entries(TABLES))("every member of %s on this Node is classified", (name, table) => {
  const unclassified = Object.getOwnPropertyNames(require(`node:${name}`)).filter(
    (member) => !Object.hasOwn(table, member),
  );
  expect(unclassified).toEqual([]);
});

test.each(Object.entries(TABLES))("the facade of %s has what its table gives, and nothing else", (name, table) => {
  const facade = testPackage({}).builtin(name);
  const real = require(`node:${name}`);
  for (const member of Object.getOwnPropertyNames(real)) {
    const isGiven = table[member]![0] !== "absent";
    expect(Object.hasOwn(facade, member), member).toBe(isGiven);
    // Events carry data alone: one hardened class for all.
    const isShared = member === "CloseEvent" || member === "MessageEvent";
    if (table[member]![0] === "own" && !isShared && typeof real[member] === "function")
      expect(facade[member]).not.toBe(real[member]);
  }
});

test("settings of the whole process are refused to a package and open to the application", () => {
  const dep = testPackage({ connect: ["*"] });
  for (const [name, member] of [
    ["net", "_setSimultaneousAccepts"],
    ["http", "setMaxIdleHTTPParsers"],
    ["dns", "setServers"],
  ] as const) {
    expect(() => dep.builtin(name)[member](true)).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
  }
  const { net } = { net: app.builtin("net") };
  expect(() => net.setDefaultAutoSelectFamily(net.getDefaultAutoSelectFamily())).not.toThrow();
});

test("settings of all connections and look-ups hold for the package's own", async () => {
  const [realDns, realNet] = [require("node:dns"), require("node:net")];
  const before = [realDns.getDefaultResultOrder(), realNet.getDefaultAutoSelectFamily()];
  const asked: unknown[] = [];
  const lookup = vi.spyOn(realDns, "lookup").mockImplementation((...args: any[]) => {
    asked.push(args[1].order);
    args[2](null, args[1].all ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4);
  });
  const [dep, other] = [testPackage({ connect: ["*"] }), testPackage({ connect: ["*"] })];
  const order = before[0] === "ipv4first" ? "verbatim" : "ipv4first";
  dep.builtin("dns").setDefaultResultOrder(order);
  dep.builtin("net").setDefaultAutoSelectFamily(!before[1]);
  dep.builtin("net").setDefaultAutoSelectFamilyAttemptTimeout(1);
  for (const { builtin } of [dep, other]) builtin("dns").lookup("one.example", () => {});
  expect(asked).toEqual([order, undefined]);
  expect(dep.builtin("dns/promises").getDefaultResultOrder()).toBe(order);
  expect(dep.builtin("net").getDefaultAutoSelectFamily()).toBe(!before[1]);
  expect(dep.builtin("net").getDefaultAutoSelectFamilyAttemptTimeout()).toBe(10);
  expect(other.builtin("net").getDefaultAutoSelectFamily()).toBe(before[1]);
  expect([realDns.getDefaultResultOrder(), realNet.getDefaultAutoSelectFamily()]).toEqual(before);
  expect(() => dep.builtin("dns").setDefaultResultOrder("x")).toThrow(
    expect.objectContaining({ code: "ERR_INVALID_ARG_VALUE" }),
  );
  lookup.mockRestore();
});
