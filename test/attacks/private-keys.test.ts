import { expect, test } from "vitest";
import { cert, key } from "../../packages/core/test/endowments/test-certificate.ts";
import { attack, NOTHING } from "./hostile-package.ts";

test("no connection leads to the private key that it was made with", async () => {
  const damage = await attack({
    files: { "key.pem": key, "certificate.pem": cert },
    before: `const https = require("https"), http2 = require("http2"), tls = require("tls"), fs = require("fs"), { once } = require("events"), given = (globalThis.given = {});
      const credentials = { key: fs.readFileSync("key.pem"), cert: fs.readFileSync("certificate.pem") }, ticketKeys = Buffer.from("PRIVATE KEY".padEnd(48, "x")), ca = credentials.cert, checkServerIdentity = () => {};
      given.ready = (async () => {
        const server = https.createServer({ ...credentials, ticketKeys, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => { given.request = request; response.end("x") }).listen(0, "127.0.0.1"); await once(server, "listening");
        server.setSecureContext({ ...credentials, ca });
        const where = { host: "127.0.0.1", port: server.address().port, ca, checkServerIdentity, ...credentials };
        const get = (agent) => new Promise((done, failed) => https.get({ ...where, agent }, done).on("error", failed));
        given.response = await get(); given.pooled = await get(new https.Agent({ keepAlive: true, ...credentials }));
        given.socket = tls.connect(where); await once(given.socket, "secureConnect"); given.authorized = given.socket.authorized && given.request.socket.authorized;
        const second = http2.createSecureServer({ ...credentials, allowHTTP1: true }, (request, response) => { given.request2 = request; response.end("x") }).listen(0, "127.0.0.1"); await once(second, "listening");
        const session = http2.connect("https://127.0.0.1:" + second.address().port, { ...where, port: second.address().port }); given.stream = session.request({ ":path": "/" }); await once(given.stream, "response");
      })();`,
    grants: { globals: ["setTimeout"], shares: ["given"] },
    techniques: Object.fromEntries(
      ["request", "response", "pooled", "socket", "request2", "stream"].map((name) => [
        name,
        `await given.ready; const seen = new Set(), left = [given.${name}];
         for (const one of left) {
           const text = typeof one === "string" ? one : ArrayBuffer.isView(one) ? String.fromCharCode(...new Uint8Array(one.buffer, one.byteOffset, Math.min(one.byteLength, 4000))) : "";
           if (text.includes("PRIVATE KEY")) return "canary";
           if ((typeof one !== "object" && typeof one !== "function") || one === null || seen.has(one)) continue;
           seen.add(one); for (const key of Reflect.ownKeys(one)) try { left.push(one[key]) } catch {} left.push(Object.getPrototypeOf(one));
         }
         return "held " + (seen.size > 200)`,
      ]),
    ),
    aftermath: `assert(given.authorized === true, "keys were used"); assert(Object.values(outcomes).every((outcome) => outcome === "held true"), JSON.stringify(outcomes));`,
  });
  expect(damage).toMatchObject(NOTHING);
});
