import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

// HAZARD: from Node 24 on the map of all storages of a context hangs on resources and native handles, and before what a
// storage holds hangs on these. Who has it empties it, or puts another request's there.
const TAKE = `const take = (frame) => { if (frame === undefined || frame === null) return "none"; try { frame.clear() } catch {} try { frame.constructor.set(undefined) } catch {} return "canary-" + "3f9c1d" };`;

test("no package comes by the context that it runs in", async () => {
  const { stderr: _, ...damage } = await attack({
    before: `const { AsyncLocalStorage, AsyncResource } = require("async_hooks"); const contexts = new AsyncLocalStorage(); contexts.enterWith("mine");
      class Task extends AsyncResource { constructor() { super("task") } } require("other").task = new Task();`,
    files: { "node_modules/other/package.json": '{"name":"other"}', "node_modules/other/index.js": "" },
    grants: { globals: ["console", "setTimeout"], builtins: { zlib: true, http: true }, packages: ["other"] },
    techniques: {
      "promises and handles": `const found = [];
        for (const resource of [new Promise(() => {}), require("zlib").createGzip()._handle])
          for (const key of Object.getOwnPropertySymbols(resource)) if (String(key).includes("Store")) { found.push(resource[key]); resource[key] = undefined }
        return found.length > 0 ? "canary-" + "3f9c1d" : "none"`,
      handle: `${TAKE} const handle = require("zlib").createGzip()._handle; return take(handle.getAsyncContextFrameForDebuggingOnly?.())`,
      "a request that waits": `${TAKE} const http = require("http"); const agent = new http.Agent({ maxSockets: 1 });
        const [, waiting] = [0, 1].map(() => http.get({ host: "127.0.0.1", port: PORT, agent }).on("error", () => {}));
        const resource = Object.getOwnPropertySymbols(waiting).map((key) => waiting[key]).find((value) => value?.runInAsyncScope);
        for (const key of [...Object.getOwnPropertySymbols(resource), ...Object.getOwnPropertySymbols(Object.getPrototypeOf(resource))])
          if (typeof resource[key] === "object" && String(key).includes("frame")) return take(resource[key]);`,
      "the application's own resource": `${TAKE} const { task } = require("other"); const seen = []; const { prototype } = Object.getPrototypeOf(task.constructor);
        for (const key of Object.getOwnPropertySymbols(prototype)) { seen.push(task[key]); class Heir extends Object.getPrototypeOf(task.constructor) { set [key](value) { seen.push(value) } } new Heir("x") }
        return take(seen.find((value) => typeof value === "object" && value !== null))`,
    },
    aftermath: `assert(contexts.getStore() === "mine", "the store is gone"); await null; assert(contexts.getStore() === "mine", "the store is gone later");`,
  });
  expect(damage).toMatchObject(NOTHING);
});
