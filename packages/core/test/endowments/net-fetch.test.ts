import { afterAll, beforeAll, expect, test } from "vitest";
import { app, openSink, settle, testPackage } from "./net-context.ts";
import type { Sink } from "./net-context.ts";

let allowed: Sink;
let sink: Sink;
beforeAll(async () => {
  allowed = await openSink();
  sink = await openSink();
});
afterAll(async () => {
  await allowed.close();
  await sink.close();
});
const dep = () => testPackage({ connect: [`127.0.0.1:${allowed.port}`] });

test("a granted service answers", async () => {
  const { fetch, Request } = dep().globals as any;
  expect(await (await fetch(`http://127.0.0.1:${allowed.port}/`)).text()).toBe("ok");
  expect(
    await (await fetch(new Request(`http://127.0.0.1:${allowed.port}/`), { method: "POST", body: "x" })).text(),
  ).toBe("ok");
  expect(await (await fetch("data:,hello")).text()).toBe("hello");
});

test("another service is not reached, whatever the request looks like", async () => {
  const { fetch, Request } = dep().globals as any;
  const to = `http://127.0.0.1:${sink.port}/`;
  let answers = 0;
  const tries: unknown[][] = [
    [to],
    [new URL(to)],
    [new Request(to, { method: "POST", body: "x" })],
    [{ toString: () => (answers++ ? to : `http://127.0.0.1:${allowed.port}/`) }],
    [`http://127.0.0.1:${allowed.port}@127.0.0.1:${sink.port}/`],
    [`http:\\\\127.0.0.1:${sink.port}/`],
    [`HTTP://0x7f.1:${sink.port}/`],
    [new Request(to, { dispatcher: undefined })],
  ];
  for (const args of tries) {
    await fetch(...args).catch((error: any) => {
      expect(error).toBeInstanceOf(TypeError);
      if (error.message !== "fetch failed") expect(error.message).toContain("includes credentials");
      else expect(error.cause).toMatchObject({ code: "EACCES" });
    });
  }
  await settle();
  expect(sink.connections).toBe(0);
});

test("each hop of a redirect is checked", async () => {
  const http = app.builtin("http");
  const server = http.createServer((_q: any, r: any) =>
    r.writeHead(302, { location: `http://127.0.0.1:${sink.port}/` }).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { fetch } = testPackage({ connect: [`127.0.0.1:${server.address().port}`] }).globals as any;
  await expect(fetch(`http://127.0.0.1:${server.address().port}/`)).rejects.toMatchObject({
    cause: { code: "EACCES" },
  });
  expect(sink.connections).toBe(0);
  server.closeAllConnections();
  server.close();
});

test("somebody else's dispatcher is refused, a package's own is used", async () => {
  const { fetch } = dep().globals as any;
  const foreign = (globalThis as any)[Symbol.for("undici.globalDispatcher.1")];
  await expect(fetch(`http://127.0.0.1:${sink.port}/`, { dispatcher: foreign })).rejects.toThrow();
  expect(sink.connections).toBe(0);
  let dispatched = 0;
  await expect(
    fetch(`http://127.0.0.1:${sink.port}/`, {
      dispatcher: {
        dispatch: () => {
          dispatched += 1;
          throw new Error("own");
        },
      },
    }),
  ).rejects.toThrow();
  expect(dispatched).toBe(1);
});

test("the real fetch, without a principal's pool, connects nowhere", async () => {
  await expect(globalThis.fetch(`http://127.0.0.1:${sink.port}/`)).rejects.toMatchObject({ cause: { code: "EACCES" } });
  expect(sink.connections).toBe(0);
});

test("WebSocket and EventSource, where Node has them, reach only what is granted", async () => {
  const { globals } = dep();
  for (const name of ["WebSocket", "EventSource"]) {
    const Class = globals[name] as any;
    if (!(name in globalThis)) {
      expect(Class).toBeUndefined();
      continue;
    }
    for (const make of [(url: string) => new Class(url), (url: string) => new new Class(url).constructor(url)]) {
      const socket = make(`${name === "WebSocket" ? "ws" : "http"}://127.0.0.1:${sink.port}/`);
      await new Promise((resolve) => (socket.onerror = resolve));
      socket.close();
    }
    expect(sink.connections).toBe(0);
  }
});
