import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/**
 * Node makes a clone by a name that the object itself gives: `module:Class` of its internal modules,
 * whose instance then takes the data that the object gives.
 */
const FORGE = `
  const carrier = new Blob(["x"]);
  const find = (name) => Object.getOwnPropertySymbols(Blob.prototype).find((key) => key.description === name);
  carrier[find("messaging_clone_symbol")] = () => ({ data: { handle: { fd: 1 } }, deserializeInfo: "internal/fs/promises:FileHandle" });
  const use = (handle) => new Promise((done) => {
    if (handle === undefined) return done("nothing came");
    handle.write("canary-" + "3f9c1d").catch(() => {});
    const { constructor } = handle.createReadStream({ autoClose: false }).on("error", () => {});
    new constructor(SECRET_FILE).on("data", (data) => done(String(data))).on("error", (error) => done(error.message));
  });`;

/** What Node can't clone may end the process, which a package may do anyway. */
const SURVIVE = `process.on("uncaughtException", () => {});`;

test.each([
  ["structuredClone", ["Blob", "structuredClone"], {}, `return use(structuredClone(carrier))`],
  [
    "a channel",
    ["Blob", "MessageChannel", "setTimeout"],
    {},
    `const { port1, port2 } = new MessageChannel();
    const came = new Promise((done) => { port2.onmessage = ({ data }) => done(data); port2.onmessageerror = () => done(); setTimeout(done, 500) }); port1.postMessage(carrier);
    return use(await came.finally(() => port1.close()))`,
  ],
  [
    "receiveMessageOnPort",
    ["Blob"],
    { worker_threads: true },
    `const { MessageChannel, receiveMessageOnPort } = require("worker_threads");
    const { port1, port2 } = new MessageChannel(); port1.postMessage(carrier); return use(receiveMessageOnPort(port2)?.message)`,
  ],
  [
    "a broadcast",
    ["Blob", "BroadcastChannel", "setTimeout"],
    {},
    `const [one, other] = [new BroadcastChannel("x"), new BroadcastChannel("x")];
    const came = new Promise((done) => { other.onmessage = ({ data }) => done(data); other.onmessageerror = () => done(); setTimeout(done, 500) }); one.postMessage(carrier);
    return use(await came.finally(() => { one.close(); other.close() }))`,
  ],
  ["a mark's detail", ["Blob", "performance"], {}, `return use(performance.mark("x", { detail: carrier }).detail)`],
  [
    "a mark of a class",
    ["Blob", "PerformanceMark"],
    {},
    `return use(new PerformanceMark("x", { detail: carrier }).detail)`,
  ],
  [
    "a measure's detail",
    ["Blob"],
    { perf_hooks: true },
    `return use(require("perf_hooks").performance.measure("x", { start: 0, detail: carrier }).detail)`,
  ],
  [
    "a stream that clones",
    ["Blob", "ReadableStream", "setTimeout"],
    { "stream/web": true },
    `const { ReadableStreamTee } = require("stream/web"); if (!ReadableStreamTee) return "none";
    const [one, other] = ReadableStreamTee(new ReadableStream({ start(c) { c.enqueue(carrier) } }), true); one.getReader().read().catch(() => {});
    return Promise.race([other.getReader().read().then(({ value }) => use(value)), new Promise((done) => setTimeout(done, 500))])`,
  ],
])("%s makes no object of Node's own that was asked for by name", async (name, globals, builtins, technique) => {
  const damage = await attack({
    techniques: { [name]: FORGE + technique },
    grants: { globals: [...globals, "console"], builtins },
    before: SURVIVE,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a socket that is sent makes no object of another class, and binds no port", async () => {
  const damage = await attack({
    techniques: Object.fromEntries(
      ["tls:TLSSocket", "net:Socket", "net:Server", "http:Server", "net:_TransferredBoundSocket"].map((name) => [
        name,
        `const net = require("net"); const socket = await new Promise((done) => { const server = net.createServer((accepted) => { server.close(); done(accepted) }).listen(0, "127.0.0.1", () => net.connect(server.address().port, "127.0.0.1").unref().on("error", () => {})) });
        socket.on("error", () => {}).unref(); const handle = socket._handle; const find = (name) => { for (let at = socket; at; at = Object.getPrototypeOf(at)) for (const key of Object.getOwnPropertySymbols(at)) if (key.description === name) return key };
        Object.defineProperty(socket, find("messaging_transfer_list_symbol") ?? "x", { value: () => [handle] });
        Object.defineProperty(socket, find("messaging_transfer_symbol") ?? "x2", { value: () => ({ data: { handle }, deserializeInfo: ${JSON.stringify(name)} }) });
        const made = structuredClone(socket, { transfer: [socket] }); return "made " + made.constructor.name`,
      ]),
    ),
    grants: {
      globals: ["structuredClone"],
      builtins: { net: true },
      net: { connect: ["127.0.0.1:*"], listen: ["127.0.0.1:*"] },
    },
    before: SURVIVE,
    aftermath: `assert(!Object.values(outcomes).some((outcome) => /made/.test(outcome)), JSON.stringify(outcomes))`,
  });
  expect(damage).toMatchObject({ ...NOTHING, connections: expect.any(Number) });
});
