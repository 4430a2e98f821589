import { createConnection } from "node:net";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { app, fetched, outcome, project, settle, testPackage } from "./net-context.ts";
import { cert, key } from "./test-certificate.ts";

const listener = (net: any) => testPackage(net);
const free = async (): Promise<number> => {
  const server = app.builtin("net").createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
};
const close = (server: any) => new Promise<void>((resolve) => server.close(() => resolve()));

describe("servers", () => {
  test("a package that is a client opens none, in any form", async () => {
    const port = await free();
    const dep = listener({ connect: ["*"] });
    const attempts: (() => any)[] = [
      () => dep.builtin("http").createServer().listen(port, "127.0.0.1"),
      () => new (dep.builtin("http").Server)().listen({ port, host: "127.0.0.1", exclusive: true }),
      () => dep.builtin("net").createServer().listen(port),
      () => dep.builtin("net").createServer().listen(String(port)),
      () => dep.builtin("net").createServer().listen(),
      () =>
        dep
          .builtin("net")
          .createServer()
          .listen(() => {}),
      () => dep.builtin("net").createServer().listen({ fd: 0 }),
      () =>
        dep
          .builtin("net")
          .createServer()
          .listen({ handle: { fd: 0 } }),
      () => dep.builtin("tls").createServer().listen(port),
      () => dep.builtin("https").createServer().listen(port),
      () => dep.builtin("http2").createServer().listen(port),
      () => dep.builtin("http2").createSecureServer().listen(port),
      () => new (Object.getPrototypeOf(dep.builtin("http").createServer()).constructor)().listen(port),
      () =>
        (() => {
          const server = dep.builtin("net").createServer();
          server._listen2("127.0.0.1", port, 4, 1);
          return server;
        })(),
    ];
    for (const attempt of attempts) expect(await outcome(attempt, "listening")).toMatchObject({ code: "EACCES" });
    const probe = await outcome(() => app.builtin("net").connect(port, "127.0.0.1"));
    expect(probe).toMatchObject({ code: "ECONNREFUSED" });
  });

  test.each(["net", "http", "http2"])(
    "a port in use fails as it does in Node, so that programs look for another one (%s)",
    async (name) => {
      const dep = listener({ listen: ["*"] });
      for (const host of ["127.0.0.1", undefined, "localhost"]) {
        const first = dep.builtin(name).createServer();
        await new Promise<void>((resolve) => first.listen({ port: 0, host }, resolve));
        const { port } = first.address();
        expect(
          await outcome(() => dep.builtin(name).createServer().listen({ port, host }), "listening"),
          host,
        ).toMatchObject({
          code: "EADDRINUSE",
          syscall: "listen",
          port,
        });
        await close(first);
      }
    },
  );

  test("what is granted is served, and no other port", async () => {
    const port = await free();
    const dep = listener({ listen: [`127.0.0.1:${port}`] });
    const server = dep.builtin("http").createServer((_q: any, r: any) => r.end("served"));
    expect(
      await outcome(
        () =>
          dep
            .builtin("http")
            .createServer()
            .listen(port + 1, "127.0.0.1"),
        "listening",
      ),
    ).toMatchObject({ code: "EACCES", syscall: "listen" });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    expect(await fetched(app.builtin("http"), { port, host: "127.0.0.1" })).toBe("served");
    await close(server);
  });

  test("listening on localhost falls under a grant for its address", async () => {
    const dep = listener({ listen: ["127.0.0.1:*", "[::1]:*"] });
    const server = dep.builtin("net").createServer();
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    await close(server);
    expect(await outcome(() => dep.builtin("net").createServer().listen(0), "listening")).toMatchObject({
      code: "EACCES",
    });
  });

  // HAZARD: what is granted on this machine alone would be there for everybody.
  test("a handle that a package has bound elsewhere does not stand for the name that is granted", async () => {
    const port = await free();
    const { Socket, createServer } = listener({ listen: [`localhost:${port}`] }).builtin("net");
    const socket = new Socket().on("error", () => {});
    socket.connect(1, "127.0.0.1");
    const handle = socket._handle;
    socket._handle = null;
    expect(handle.bind("0.0.0.0", port, 0)).toBe(0);
    const attempt = (): unknown => {
      const server = createServer().listen(port, "localhost");
      const [owner] = Object.getOwnPropertySymbols(handle).filter(({ description }) => description === "owner_symbol");
      handle[owner!] = server;
      return (server._handle = handle) && server;
    };
    expect(await outcome(attempt, "listening")).toMatchObject({ code: "EACCES" });
    expect(await outcome(() => app.builtin("net").connect(port, "127.0.0.1"))).toMatchObject({ code: "ECONNREFUSED" });
    handle.close();
  });

  // HAZARD: a look-up is a message to whoever serves the name.
  test("a grant for a port has no name looked up but this machine's own", async () => {
    const lookup = vi.spyOn(createRequire(import.meta.url)("node:dns"), "lookup");
    const dep = listener({ listen: ["*:0", "*:80", "named.example:80"] });
    const listening = (host: string, port: number) =>
      outcome(() => dep.builtin("net").createServer().listen(port, host), "listening");
    expect(await listening("secret.evil.example", 0)).toMatchObject({ code: "EACCES" });
    expect(lookup).not.toHaveBeenCalled();
    lookup.mockImplementation(((_host: string, ...rest: any[]) => {
      const found = rest.pop();
      if (rest[0]?.all) found(null, [{ address: "127.0.0.1", family: 4 }]);
      else found(null, "127.0.0.1", 4);
    }) as never);
    expect(await listening("localhost", 0)).toBe("listening");
    expect(await listening(hostname(), 0)).toBe("listening");
    await listening("named.example", 80);
    expect(lookup.mock.calls.map(([host]) => host)).toEqual(["localhost", hostname(), "named.example"]);
    lookup.mockRestore();
  });

  test.skipIf(process.platform === "win32")(
    "a pipe is bound where its server may listen, and nowhere else",
    async () => {
      const [granted, elsewhere] = [
        join(project, "granted.sock"),
        join(project, "..", `elsewhere-${process.pid}.sock`),
      ];
      const { Socket, createServer } = listener({ connect: ["*"], listen: [`unix:${granted}`] }).builtin("net");
      const socket = new Socket().on("error", () => {});
      let kept: any;
      const bound: unknown[] = [];
      Object.defineProperty(socket, "_handle", {
        get: () => kept,
        set(handle) {
          kept = handle;
          if (handle !== null) bound.push(handle.bind(elsewhere), handle.bind(granted));
        },
      });
      socket.connect({ path: join(project, "nobody.sock") });
      expect(bound).toHaveLength(2);
      for (const failure of bound) expect(failure).toBeLessThan(0);
      expect([granted, elsewhere].filter((path) => existsSync(path))).toEqual([]);
      const server = createServer();
      expect(await outcome(() => server.listen({ path: granted }), "listening")).toBe("listening");
      await close(server);
    },
  );

  test("classes work with new, without it, by extends and by call", async () => {
    const http = listener({ listen: ["127.0.0.1:*"] }).builtin("http");
    class Mine extends http.Server {
      listening2 = true;
    }
    const mine: any = new Mine((_q: any, r: any) => r.end("mine"));
    expect(mine).toBeInstanceOf(http.Server);
    expect(mine).toBeInstanceOf(Mine);
    await new Promise<void>((resolve) => mine.listen(0, "127.0.0.1", resolve));
    expect(await fetched(app.builtin("http"), { port: mine.address().port, host: "127.0.0.1" })).toBe("mine");
    await close(mine);
    expect(http.Server()).toBeInstanceOf(http.Server);
    function Old(this: any) {
      http.Server.call(this);
    }
    Object.setPrototypeOf(Old.prototype, http.Server.prototype);
    const old = new (Old as any)();
    await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
    await close(old);
    expect(http.Server.name).toBe("Server");
  });

  test("middleware may replace methods of its own request and response", async () => {
    const http = app.builtin("http");
    const server = http.createServer((request: any, response: any) => {
      const { end } = response;
      response.end = function (text: string) {
        return end.call(this, `${text}, wrapped`);
      };
      request.socket.on = request.socket.on.bind(request.socket);
      response.end("plain");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    expect(await fetched(http, { port: server.address().port, host: "127.0.0.1" })).toBe("plain, wrapped");
    expect(() => {
      "use strict";
      http.ServerResponse.prototype.end = () => {};
    }).toThrow(TypeError);
    await close(server);
  });
});

describe("tls and http2 over loopback", () => {
  test("https, tls and http2 reach what is granted and nothing else", async () => {
    const server = app.builtin("https").createServer({ key, cert }, (_q: any, r: any) => r.end("secure"));
    let connections = 0;
    server.on("connection", () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    const bad = listener({ connect: ["127.0.0.1:1"] });
    expect(await fetched(bad.builtin("https"), { host: "127.0.0.1", port, rejectUnauthorized: false })).toMatchObject({
      code: "EACCES",
    });
    expect(
      await outcome(
        () => bad.builtin("tls").connect({ host: "127.0.0.1", port, rejectUnauthorized: false }),
        "secureConnect",
      ),
    ).toMatchObject({ code: "EACCES" });
    expect(
      await outcome(
        () => bad.builtin("tls").connect(port, "127.0.0.1", { rejectUnauthorized: false }),
        "secureConnect",
      ),
    ).toMatchObject({ code: "EACCES" });
    expect(await outcome(() => new (bad.builtin("tls").TLSSocket)(null, {}).connect(port, "127.0.0.1"))).toMatchObject({
      code: "EACCES",
    });
    expect(
      await outcome(() => bad.builtin("http2").connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })),
    ).toMatchObject({ code: "EACCES" });
    expect(connections).toBe(0);
    const good = listener({ connect: [`127.0.0.1:${port}`, `localhost:${port}`] });
    expect(await fetched(good.builtin("https"), { host: "127.0.0.1", port, rejectUnauthorized: false })).toBe("secure");
    expect(await fetched(good.builtin("https"), `https://localhost:${port}/`, { rejectUnauthorized: false })).toBe(
      "secure",
    );
    expect(
      await outcome(
        () => good.builtin("tls").connect({ host: "localhost", port, rejectUnauthorized: false }),
        "secureConnect",
      ),
    ).toBe("secureConnect");
    server.closeAllConnections();
    await close(server);
  });

  test("http2 in clear text, to the endpoint that is granted", async () => {
    const server = app.builtin("http2").createServer((_q: any, r: any) => r.end("two"));
    let connections = 0;
    server.on("connection", () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    const bad = listener({ connect: ["127.0.0.1:1"] }).builtin("http2");
    expect(await outcome(() => bad.connect(`http://127.0.0.1:${port}`))).toMatchObject({ code: "EACCES" });
    expect(await outcome(() => bad.connect("http://127.0.0.1:1", { port }))).toMatchObject({ code: "EACCES" });
    expect(connections).toBe(0);
    const session = listener({ connect: [`127.0.0.1:${port}`] })
      .builtin("http2")
      .connect(`http://127.0.0.1:${port}`);
    const body = await new Promise((resolve) => {
      let text = "";
      session
        .request({ ":path": "/" })
        .setEncoding("utf8")
        .on("data", (chunk: string) => (text += chunk))
        .on("end", () => resolve(text));
    });
    expect(body).toBe("two");
    session.close();
    await close(server);
  });

  test("no option loads a native library", () => {
    const { createSecureContext } = app.builtin("tls");
    expect(() => createSecureContext({ clientCertEngine: "/tmp/evil.so" })).toThrow(/restricted|not supported/u);
    expect(() => createSecureContext({ privateKeyIdentifier: "k", privateKeyEngine: "/tmp/evil.so" })).toThrow(
      /restricted|not supported/u,
    );
  });
});

test("the real module's createConnection is refused too", async () => {
  expect(await outcome(() => createConnection(1, "127.0.0.1"))).toMatchObject({ code: "EACCES" });
  await settle(1);
  expect(createRequire(import.meta.url)("node:net").Server.prototype.listen.name).toBe("listen");
});
