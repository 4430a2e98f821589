import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

/** Two servers of the application, and connections to both that its agent keeps. */
const before = `const http = require("http"), given = (globalThis.given = {}), asked = [];
  given.agent = new http.Agent({ keepAlive: true });
  const serve = () => new Promise((done) => { const server = http.createServer((request, response) => { asked.push(request.url); response.end("canary-3f9c1d".split("").join(" ")) }); server.listen(0, "127.0.0.1", () => done(server.address().port)) });
  const get = (port, path) => new Promise((done, failed) => http.get({ host: "127.0.0.1", port, path, agent: given.agent }, (response) => response.resume().on("end", () => setImmediate(done, response))).on("error", failed));
  given.ready = (async () => { given.one = await serve(); given.other = await serve(); await get(given.other, "/app"); given.response = await get(given.one, "/app") })();`;

const ask = (agent: string, port: string) => `await given.ready; const http = require("http");
  return new Promise((done) => http.get({ host: "127.0.0.1", port: given.${port}, path: "/hostile", agent: ${agent} }, (response) => response.resume().on("end", () => done("canary"))).on("error", (error) => done("held " + error.code)))`;

test("connections that an agent keeps carry the requests of those alone who may connect there", async () => {
  const damage = await attack({
    before,
    grants: { builtins: { http: true }, globals: ["setTimeout"], shares: ["given"] },
    techniques: {
      "sockets of others": `await given.ready; const { response, agent } = given, seen = new Set(), left = [response]; const kept = new Set([agent, ...Object.values(agent.freeSockets).flat(), ...Object.values(agent.sockets).flat()]); kept.delete(response.client);
        for (const one of left) { if ((typeof one !== "object" && typeof one !== "function") || one === null || seen.has(one)) continue; seen.add(one); if (kept.has(one)) return "canary"; for (const key of Reflect.ownKeys(one)) try { left.push(one[key]) } catch {} left.push(Object.getPrototypeOf(one)) } return "held " + (seen.size > 50 && kept.size === 2)`,
      "an agent that was handed over": ask("given.agent", "other"),
      "the response's agent": ask("given.response.req.agent", "other"),
    },
    aftermath: `assert(Object.values(outcomes).join() === "held true,held EACCES,held EACCES", JSON.stringify(outcomes)); assert(asked.join() === "/app,/app", asked.join());`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("the application's agent keeps connections for it, and for packages that may connect there", async () => {
  const damage = await attack({
    before,
    grants: { builtins: { http: true }, globals: ["setTimeout"], shares: ["given"], net: { connect: ["127.0.0.1:*"] } },
    techniques: {
      "a package with the grant": ask("given.agent", "other"),
      "by the response's agent": ask("given.response.req.agent", "other"),
    },
    aftermath: `assert(Object.values(outcomes).join() === "canary,canary", JSON.stringify(outcomes)); const { response } = given;
      assert((await get(given.one, "/again")).req.reusedSocket && (await get(given.other, "/again")).req.reusedSocket, "kept"); assert(response.req.agent.keepAlive === true && response.req.agent.protocol === "http:", "shown");
      // What a request shows as its agent is one, to whose it is.
      assert(await new Promise((done, failed) => http.get({ host: "127.0.0.1", port: given.one, agent: response.req.agent }, (again) => done(again.resume().req.reusedSocket)).on("error", failed)), "named");
      const quick = new http.Agent({ timeout: 50 }); const late = http.createServer(() => {}); await new Promise((done) => late.listen(0, "127.0.0.1", done));
      assert((await new Promise((done) => http.get({ host: "127.0.0.1", port: late.address().port, agent: quick }).on("timeout", () => done("timeout")).on("error", done))) === "timeout", "in time");`,
  });
  expect(damage).toMatchObject({ aftermath: [], marked: false });
});
