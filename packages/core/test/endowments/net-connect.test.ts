import { createRequire } from "node:module";
import { join } from "node:path";
import { mkdirSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { app, fetched, openSink, outcome, project, settle, testPackage } from "./net-context.ts";
import { networkAuthority } from "../../src/endowments/net/network-authority.ts";
import type { Sink } from "./net-context.ts";

const require = createRequire(import.meta.url);
const realNet = require("node:net");
const realHttp = require("node:http");
let allowed: Sink;
let sink: Sink;

beforeAll(async () => {
  allowed = await openSink();
  sink = await openSink();
});
afterAll(async () => {
  expect(sink.connections).toBe(0);
  await allowed.close();
  await sink.close();
});

const dep = () => testPackage({ connect: [`127.0.0.1:${allowed.port}`] });

/** Every attempt must fail as the kernel refuses, and nothing may arrive. */
async function expectRefused(attempt: () => any, success?: string): Promise<void> {
  const result = await outcome(attempt, success);
  expect(result).toBeInstanceOf(Error);
  await settle(5);
  expect(sink.connections).toBe(0);
}

describe("net.connect", () => {
  test("a granted endpoint is reached, and the denial of another has Node's shape", async () => {
    const net = dep().builtin("net");
    expect(await outcome(() => net.connect(allowed.port, "127.0.0.1"))).toBe("connect");
    const error = await outcome(() => net.connect(sink.port, "127.0.0.1"));
    expect(error).toMatchObject({
      code: "EACCES",
      syscall: "connect",
      address: "127.0.0.1",
      port: sink.port,
      errno: -13,
    });
  });

  // HAZARD: with an empty path Node misses no port, and begins with the name.
  test("what names no port has no name looked up", async () => {
    const lookup = vi.spyOn(require("node:dns"), "lookup");
    const { builtin } = dep();
    for (const more of [{}, { lookup: require("node:dns").lookup }]) {
      const options = { path: "", host: "secret.evil.example", ...more };
      for (const connect of [
        () => builtin("net").connect(options),
        () => new (builtin("net").Socket)().connect(options),
        () => builtin("tls").connect(options),
      ])
        expect(await outcome(connect)).toBeInstanceOf(Error);
    }
    expect(lookup).not.toHaveBeenCalled();
    lookup.mockRestore();
  });

  test("a denial comes as late as a refusal of the kernel's: ticks and promises may listen first, and give up first", async () => {
    const { builtin } = dep();
    const socket = builtin("net").connect(sink.port, "127.0.0.1");
    await new Promise<void>((listening) => process.nextTick(() => process.nextTick(listening)));
    expect(await new Promise((failed) => socket.on("error", failed))).toMatchObject({ code: "EACCES" });
    const request = builtin("http").get({ host: "127.0.0.1", port: sink.port });
    const error = new Promise((failed) => request.on("error", failed));
    process.nextTick(() => request.destroy(new Error("given up")));
    expect(await error).toMatchObject({ message: "given up" });
  });

  test.each([
    ["::ffff:127.0.0.1"],
    ["2130706433"],
    ["0x7f.1"],
    ["127.1"],
    ["localhost"],
    ["0.0.0.0"],
    ["127.000.000.001"],
    ["LOCALHOST."],
    ["[::1]"],
  ])("the other port stays closed under the form %s", async (host) => {
    await expectRefused(() => dep().builtin("net").connect(sink.port, host));
  });

  test("ports as strings, and options without a host", async () => {
    const net = dep().builtin("net");
    await expectRefused(() => net.connect(String(sink.port), "127.0.0.1"));
    await expectRefused(() => net.connect({ port: String(sink.port) }));
    expect(await outcome(() => net.connect(String(allowed.port), "127.0.0.1"))).toBe("connect");
  });

  test("getters that change their answer are read once", async () => {
    const net = dep().builtin("net");
    for (let after = 0; after < 6; after += 1) {
      let reads = 0;
      const options = {
        host: "127.0.0.1",
        get port() {
          return reads++ < after ? allowed.port : sink.port;
        },
      };
      await outcome(() => net.connect(options));
      await settle(5);
      expect(sink.connections).toBe(0);
    }
  });

  test("a host object whose toString changes its answer", async () => {
    let reads = 0;
    const host = { toString: () => (reads++ ? "127.0.0.1" : "127.0.0.2") };
    await expectRefused(() => dep().builtin("net").connect({ host, port: sink.port }));
  });

  test("foreign descriptors and handles are left out", async () => {
    const net = dep().builtin("net");
    const socket = new net.Socket({ fd: 1, handle: { readStart() {} } });
    expect(socket._handle).toBeNull();
  });

  test("a numeric grant does not cover the name, nor a name the number", async () => {
    const byName = testPackage({ connect: [`localhost:${allowed.port}`] });
    expect(await outcome(() => byName.builtin("net").connect(allowed.port, "localhost"))).toBe("connect");
    expect(await outcome(() => byName.builtin("net").connect(allowed.port, "127.0.0.1"))).toMatchObject({
      code: "EACCES",
    });
    expect(await outcome(() => dep().builtin("net").connect(allowed.port, "localhost"))).toMatchObject({
      code: "EACCES",
    });
  });

  test("a package's own lookup can't send a granted name elsewhere", async () => {
    const named = testPackage({ connect: [`api.example.com:${sink.port}`] });
    for (const answer of [
      (_h: string, o: any, cb: Function) =>
        o.all ? cb(null, [{ address: "127.0.0.1", family: 4 }]) : cb(null, "127.0.0.1", 4),
      (_h: string, _o: any, cb: Function) => cb(null, "127.0.0.1", 4),
      (_h: string, _o: any, cb: Function) =>
        cb(null, [
          {
            get address() {
              return "127.0.0.1";
            },
            family: 4,
          },
        ]),
    ]) {
      await expectRefused(() =>
        named.builtin("net").connect({ host: "api.example.com", port: sink.port, lookup: answer }),
      );
    }
  });

  test("a package's own lookup may answer with what is granted by number", async () => {
    const both = testPackage({ connect: [`api.example.com:${allowed.port}`, `127.0.0.1:${allowed.port}`] });
    const lookup = (_h: string, o: any, cb: Function) =>
      o.all ? cb(null, [{ address: "127.0.0.1", family: 4 }]) : cb(null, "127.0.0.1", 4);
    expect(
      await outcome(() => both.builtin("net").connect({ host: "api.example.com", port: allowed.port, lookup })),
    ).toBe("connect");
  });

  test("the star covers neither link-local nor metadata services", async () => {
    const any = testPackage({ connect: ["*"] });
    for (const host of [
      "169.254.169.254",
      "::ffff:169.254.169.254",
      "[fe80::1]",
      "2852039166",
      "metadata.google.internal",
      "fd00:ec2::254",
    ]) {
      expect(await outcome(() => any.builtin("net").connect(80, host))).toMatchObject({ code: "EACCES" });
    }
    expect(any.denials.map((denial) => denial.target)).toContain("169.254.169.254:80");
  });

  test("a name that resolves to link-local is refused", async () => {
    const named = testPackage({ connect: ["*"] });
    const lookup = (_h: string, o: any, cb: Function) =>
      o.all ? cb(null, [{ address: "169.254.169.254", family: 4 }]) : cb(null, "169.254.169.254", 4);
    expect(
      await outcome(() => named.builtin("net").connect({ host: "rebound.example.com", port: 80, lookup })),
    ).toMatchObject({ code: "EACCES" });
  });

  test("malformed arguments throw what Node throws", () => {
    const net = dep().builtin("net");
    expect(() => net.connect({ port: 70000, host: "127.0.0.1" })).toThrow(
      expect.objectContaining({ code: "ERR_SOCKET_BAD_PORT" }),
    );
    expect(() => net.connect({ port: {}, host: "127.0.0.1" })).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }),
    );
    expect(() => net.connect({})).toThrow(expect.objectContaining({ code: "ERR_MISSING_ARGS" }));
  });

  test("recording lets it through and says what it was", async () => {
    const audited = testPackage({}, { audit: true });
    expect(await outcome(() => audited.builtin("net").connect(allowed.port, "127.0.0.1"))).toBe("connect");
    expect(await outcome(() => audited.builtin("net").connect(allowed.port, "localhost"))).toBe("connect");
    expect(audited.denials.map((denial) => denial.target)).toContain(`127.0.0.1:${allowed.port}`);
  });
});

describe("unix sockets", () => {
  test("are granted by path; the star covers the project's, and no link out of it", async () => {
    const inside = join(project, "in.sock");
    const elsewhere = join("/tmp", `moat-net-outside-${process.pid}.sock`);
    let visitors = 0;
    const servers = [inside, elsewhere].map((path) =>
      app
        .builtin("net")
        .createServer((socket: any) => ((visitors += path === elsewhere ? 1 : 0), socket.end()))
        .listen(path),
    );
    await settle();
    mkdirSync(join(project, "tmp"), { recursive: true });
    symlinkSync(elsewhere, join(project, "tmp", "link.sock"));
    const any = testPackage({ connect: ["*"] }).builtin("net");
    expect(await outcome(() => any.connect(inside))).toBe("connect");
    expect(await outcome(() => any.connect(elsewhere))).toMatchObject({ code: "EACCES", address: elsewhere });
    expect(await outcome(() => any.connect(join(project, "tmp", "link.sock")))).toMatchObject({ code: "EACCES" });
    expect(await outcome(() => any.connect({ path: "\0abstract" }))).toMatchObject({ code: "EACCES" });
    expect(visitors).toBe(0);
    const named = testPackage({ connect: [`unix:${elsewhere}`] });
    expect(await outcome(() => named.builtin("net").connect({ path: elsewhere }))).toBe("connect");
    expect(await outcome(() => named.builtin("net").connect(inside))).toMatchObject({ code: "EACCES" });
    for (const server of servers) server.close();
  });
});

// HAZARD: tmux runs what it is told to, and an agent signs with the user's keys.
test.each([
  ["ssh-Xq1/agent.7", false],
  [".X11-unix/X0", false],
  ["tmux-1000/default", false],
  ["podman-run-1000/podman/podman.sock", false],
  ["user/vscode-ipc-1.sock", false],
  [".s.PGSQL.5432", true],
  ["tsx-1000/7.pipe", true],
])("the star covers %s of the folder for temporary files: %s", (below, isCovered) => {
  const { context, denials } = testPackage({ connect: ["*"] });
  const authority = networkAuthority({ ...context, paths: { ...context.paths, tmp: "/moat-tmp" } });
  expect(authority.unixTarget(`/moat-tmp/${below}`, "net.connect")).toBe(isCovered ? `/moat-tmp/${below}` : undefined);
  expect(denials).toHaveLength(isCovered ? 0 : 1);
});

describe("http", () => {
  const routes: [string, (http: any, sinkPort: number, okPort: number) => any][] = [
    ["a URL", (http, port) => http.get(`http://127.0.0.1:${port}/a`)],
    ["a URL object", (http, port) => http.get(new URL(`http://127.0.0.1:${port}/a`))],
    [
      "a forged Host header",
      (http, port, ok) => http.get({ host: "127.0.0.1", port: String(port), headers: { host: `127.0.0.1:${ok}` } }),
    ],
    ["options over the URL", (http, port, ok) => http.get(`http://127.0.0.1:${ok}/`, { port })],
    ["href beside host", (http, port, ok) => http.get({ href: `http://127.0.0.1:${ok}/`, host: "127.0.0.1", port })],
    ["agent: false", (http, port) => http.get({ host: "127.0.0.1", port, agent: false })],
    ["an own agent", (http, port) => http.get({ host: "127.0.0.1", port, agent: new http.Agent({ keepAlive: true }) })],
    [
      "a climbed agent class",
      (http, port) => http.get({ host: "127.0.0.1", port, agent: new http.globalAgent.constructor() }),
    ],
    ["the agent's createConnection", (http, port) => new http.Agent().createConnection({ host: "127.0.0.1", port })],
    [
      "the climbed agent's createConnection",
      (http, port) =>
        new (Object.getPrototypeOf(http.globalAgent).constructor)().createConnection({ host: "127.0.0.1", port }),
    ],
    [
      "a climbed request class",
      (http, port) =>
        new (Object.getPrototypeOf(http.ClientRequest.prototype.constructor).constructor === Function
          ? http.ClientRequest.prototype.constructor
          : http.ClientRequest)({ host: "127.0.0.1", port }).end(),
    ],
    [
      "an agent whose options name another host",
      (http, port, ok) => http.get({ host: "127.0.0.1", port: ok, agent: new http.Agent({ port }) }),
    ],
    [
      "a proxy that answers otherwise",
      (http, port, ok) =>
        http.get(new Proxy({ host: "127.0.0.1", port: ok }, { get: (t: any, k) => (k === "port" ? port : t[k]) })),
    ],
    [
      "a port with toString",
      (http, port, ok) => {
        let n = 0;
        return http.get({ host: "127.0.0.1", port: { toString: () => (n++ ? String(port) : String(ok)) } });
      },
    ],
  ];
  test.each(routes)("the other service is not reached by %s", async (_title, route) => {
    await expectRefused(() => route(dep().builtin("http"), sink.port, allowed.port), "response");
  });

  test("getters that change their answer", async () => {
    for (let after = 0; after < 6; after += 1) {
      let reads = 0;
      await outcome(
        () =>
          dep()
            .builtin("http")
            .get({
              host: "127.0.0.1",
              get port() {
                return reads++ < after ? allowed.port : sink.port;
              },
            }),
        "response",
      );
      expect(sink.connections).toBe(0);
    }
  });

  test("a granted service is reached in all the usual ways", async () => {
    const http = dep().builtin("http");
    expect(await fetched(http, `http://127.0.0.1:${allowed.port}/`)).toBe("ok");
    expect(await fetched(http, new URL(`http://127.0.0.1:${allowed.port}/`), {})).toBe("ok");
    expect(await fetched(http, { hostname: "127.0.0.1", port: allowed.port, agent: false })).toBe("ok");
    class Mine extends http.Agent {}
    expect(
      await fetched(http, { hostname: "127.0.0.1", port: allowed.port, agent: new Mine({ keepAlive: true }) }),
    ).toBe("ok");
    const request = http.request({ host: "127.0.0.1", port: allowed.port });
    expect(request).toBeInstanceOf(http.ClientRequest);
    request.on("error", () => {}).destroy();
  });

  test("requests that wait for a free socket keep their grant", async () => {
    const http = dep().builtin("http");
    const agent = new http.Agent({ maxSockets: 1 });
    const all = [1, 2, 3].map(() => fetched(http, { host: "127.0.0.1", port: allowed.port, agent }));
    expect(await Promise.all(all)).toEqual(["ok", "ok", "ok"]);
  });

  test("one principal's idle socket is not another's", async () => {
    const [one, two] = [dep().builtin("http"), testPackage({ connect: [] }).builtin("http")];
    expect(one.globalAgent).not.toBe(two.globalAgent);
    expect(
      await fetched(one, { host: "127.0.0.1", port: allowed.port, agent: new one.Agent({ keepAlive: true }) }),
    ).toBe("ok");
    expect(await fetched(two, { host: "127.0.0.1", port: allowed.port })).toMatchObject({ code: "EACCES" });
  });

  test("the real global agent carries no authority of its own", async () => {
    const { globalAgent } = require("node:http");
    await expectRefused(() => globalAgent.createConnection({ host: "127.0.0.1", port: sink.port }));
    await expectRefused(
      () => testPackage({}).builtin("http").get({ host: "127.0.0.1", port: sink.port, agent: globalAgent }),
      "response",
    );
  });
});

describe("objects that others hand over are no way out", () => {
  test("an untagged socket, its constructor and its handle connect nowhere", async () => {
    const { socket, client } = await new Promise<any>((resolve) => {
      const server = app
        .builtin("net")
        .createServer((accepted: any) => (server.close(), resolve({ socket: accepted, client: dialled })));
      let dialled: any;
      server.listen(0, "127.0.0.1", () => (dialled = app.builtin("net").connect(server.address().port, "127.0.0.1")));
    });
    await expectRefused(() => new socket.constructor().connect(sink.port, "127.0.0.1"));
    await expectRefused(() => realNet.connect(sink.port, "127.0.0.1"));
    expect(() => new socket._handle.constructor(0)).toThrow("Illegal constructor");
    expect(() => new (Object.getPrototypeOf(Object.getPrototypeOf(socket._handle)).constructor)(0)).toThrow(
      "Illegal constructor",
    );
    expect(socket._handle.open(99)).toBeLessThan(0);
    socket.destroy();
    await expectRefused(() => socket.connect(sink.port, "127.0.0.1"));
    client.destroy();
  });

  test("a response's socket and agent reach only where they came from", async () => {
    const response = await new Promise<any>((resolve) =>
      app.builtin("http").get({ host: "127.0.0.1", port: allowed.port }, resolve),
    );
    const { socket } = response;
    response.resume();
    expect([response.req.agent.createConnection, response.req.agent.sockets, response.req.agent.freeSockets]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    // An agent is nobody's by itself.
    const agent = new realHttp.Agent();
    await expectRefused(() => agent.createConnection({ host: "127.0.0.1", port: sink.port }));
    await expectRefused(
      () => (
        agent.createSocket(response.req, { host: "127.0.0.1", port: sink.port }, () => {}),
        Object.values<any>(agent.sockets).flat().at(-1)
      ),
    );
    socket.destroy();
    await expectRefused(() => socket.connect(sink.port, "127.0.0.1"));
  });

  test("another package's constructor does not retag a socket", async () => {
    const net = testPackage({ connect: [] }).builtin("net");
    const socket = new net.Socket();
    app.builtin("net").Socket.call(socket);
    await expectRefused(() => socket.connect(sink.port, "127.0.0.1"));
  });
});
