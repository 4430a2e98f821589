import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

// A timer of Node's is a link of a list: what others have called back, and when, is a property of the next one.
const LOOK = `
  const ownKey = (object, name) => Object.getOwnPropertySymbols(object).find((key) => key.description.includes(name));
  const isLink = (value) => typeof value === "object" && value !== null && "_idlePrev" in value;
  const told = (value) => isLink(value) ? "canary-" + "3f9c1d" : "nothing";`;

const onAll = (make: string): string => `${LOOK}
  const prototypes = [require("net").Socket.prototype];
  const session = require("http2").connect("http://127.0.0.1:" + PORT).on("error", () => {});
  const stream = session.request({}).on("error", () => {});
  for (const one of [session, stream]) { let level = one; while (!Object.hasOwn(level, "setTimeout")) level = Object.getPrototypeOf(level); prototypes.push(level) }
  const seen = [];
  for (const prototype of prototypes) { const key = ownKey(prototype, "timeout"); try { ${make} } catch {} }
  session.destroy();
  return told(seen.find(isLink));`;

test("no package comes by a timer of Node's, whatever it is set on", async () => {
  const { stderr: _, ...damage } = await attack({
    before: `let rings = 0; setTimeout(() => { rings++ }, 30_000).unref();`,
    grants: {
      globals: ["console", "setTimeout"],
      builtins: { net: true, http: true, https: true, http2: true },
      net: { connect: ["127.0.0.1:*"] },
    },
    techniques: {
      "on what is no socket": onAll(
        `const other = { _onTimeout() {}, once() {} }; prototype.setTimeout.call(other, 30_000); seen.push(other[key])`,
      ),
      "on an accessor": onAll(
        `const other = Object.defineProperty({ _onTimeout() {} }, key, { set: (timer) => seen.push(timer), get() {} }); prototype.setTimeout.call(other, 30_000)`,
      ),
      "on an accessor that comes between": onAll(
        `const other = { _onTimeout() {}, get destroyed() { Object.defineProperty(this, key, { set: (timer) => seen.push(timer), configurable: true }); return false } }; prototype.setTimeout.call(other, 30_000)`,
      ),
      "on an heir": onAll(
        `const other = Object.create(prototype, { destroyed: { value: false } }); const heir = Object.create(Object.defineProperty(other, key, { set: (timer) => seen.push(timer) })); prototype.setTimeout.call(heir, 30_000)`,
      ),
      "on a proxy": onAll(
        `const other = new Proxy({ _onTimeout() {} }, { set: (_target, _key, value) => { seen.push(value); return true }, defineProperty: () => true }); prototype.setTimeout.call(other, 30_000)`,
      ),
      "of a server of HTTPS": `${LOOK} const server = require("https").createServer(); server.emit("listening"); return told(server[ownKey(server, "connectionsCheckingInterval")])`,
      "of a server of HTTP/2": `${LOOK} const server = require("http2").createSecureServer({ allowHTTP1: true }); server.emit("listening"); return told(server[ownKey(server, "connectionsCheckingInterval")])`,
      "by what servers listen with": `${LOOK} const other = { connectionsCheckingInterval: 30_000 }; for (const listener of require("http").createServer().rawListeners("listening")) listener.call(other); return told(other[ownKey(other, "connectionsCheckingInterval")])`,
    },
    aftermath: `assert(rings === 0, "the application's timer ran");`,
  });
  expect(damage).toMatchObject({ ...NOTHING, connections: expect.any(Number) });
});
