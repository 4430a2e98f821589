import net from "node:net";
import { expect, test } from "vitest";
import { isPlainlyAddress } from "../../src/endowments/net/socket-arguments.ts";

const isPlain = (...args: unknown[]): boolean => isPlainlyAddress(args, net.isIP);

test("an address or a path, as plain values, leads to no name", () => {
  for (const options of [{ host: "127.0.0.1", port: 1 }, { host: "::1", port: 1 }, { path: "/socket" }]) {
    expect([options, isPlain(options), isPlain({ __proto__: null, ...options })]).toEqual([options, true, true]);
    // As `net` hands it on.
    const normalised = (net as unknown as { _normalizeArgs(args: unknown[]): unknown[] })._normalizeArgs([options]);
    expect(isPlain(normalised)).toBe(true);
  }
  expect(isPlain(80, "127.0.0.1")).toBe(true);
});

test("names, what is missing, and whatever may answer twice may lead to one", () => {
  const address = { host: "127.0.0.1", port: 1 };
  let asked = 0;
  const twice = {
    port: 1,
    get host() {
      asked += 1;
      return asked % 2 === 1 ? "127.0.0.1" : "name.invalid";
    },
  };
  const changing = {
    ...address,
    get port() {
      this.host = "name.invalid";
      return 1;
    },
  };
  const inherited = Object.create({
    get port() {
      return 1;
    },
  });
  for (const options of [
    { port: 1 },
    { host: "localhost", port: 1 },
    { host: "127.0.0.1.", port: 1 },
    { host: new URL("http://127.0.0.1"), port: 1 },
    { host: Buffer.from("127.0.0.1"), port: 1 },
    { host: { toString: () => "127.0.0.1" }, port: 1 },
    { ...address, path: Buffer.from("/socket") },
    twice,
    changing,
    Object.assign(inherited, { host: "127.0.0.1" }),
    new Proxy(address, {}),
    [address],
  ]) {
    expect([options, isPlain(options)]).toEqual([options, false]);
  }
  expect(asked).toBeLessThanOrEqual(1);
  expect(isPlain(80)).toBe(false);
  expect(isPlain()).toBe(false);
});
