/** The other side of the programs that speak HTTP: it runs here, under plain Node. */
import { once } from "node:events";
import http from "node:http";

const CONNECTIONS = 8;
const WARM_UP = 1000;

/** Requests that are counted; a row tells them in a second. */
export const REQUESTS = 4000;

/** @typedef {{ path: string, body?: unknown }} Question what is asked; with a body it is sent by POST, as JSON */

/**
 * Asks a program that serves, over connections that stay open, and gives the
 * time of the requests in milliseconds.
 *
 * @param {(n: number) => Question} questionOf
 */
export const askOverOpenConnections = (questionOf) => async (start) => {
  const run = start({});
  const port = Number(await run.line(/^@listen (\d+)$/mu));
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const bytes = await askMany(port, agent, questionOf, WARM_UP);
  const begin = performance.now();
  const more = await askMany(port, agent, questionOf, REQUESTS);
  const served = performance.now() - begin;
  await ask(port, agent, { path: "/stop" });
  agent.destroy();
  const outcome = await run.finished;
  return { ...outcome, times: { ...outcome.times, served }, value: `${bytes} ${more}` };
};

/** A small JSON answer each. */
export const smallAnswers = (n) => ({ path: `/items/${n % 10}?page=2&sort=name` });

/** A page made of a template, and an order with a JSON body, by turns. */
export const pagesAndOrders = (n) =>
  n % 2 === 0
    ? { path: `/page/${n % 10}` }
    : {
        path: "/orders",
        body: {
          customer: `c${n % 10}`,
          items: [
            { name: "a", price: 3, count: 2 },
            { name: "b", price: 5, count: n % 10 },
          ],
        },
      };

/** Answers a program that asks. */
export async function answerRequests(start) {
  const server = http.createServer((request, response) => response.end('{"answer":42}'));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const outcome = await start({ BENCH_PORT: String(server.address().port) }).finished;
  server.close();
  server.closeAllConnections();
  return outcome;
}

async function askMany(port, agent, questionOf, count) {
  let next = 0;
  let bytes = 0;
  const worker = async () => {
    while (next < count) {
      // In two steps: the other workers add to it while this one waits.
      const length = await ask(port, agent, questionOf(next++));
      bytes += length;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return bytes;
}

function ask(port, agent, { path, body }) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text && { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    http
      .request({ host: "127.0.0.1", port, path, agent, method: text ? "POST" : "GET", headers }, (response) => {
        let bytes = 0;
        response.on("data", (data) => (bytes += data.length));
        response.on("end", () => {
          if (response.statusCode === 200) resolve(bytes);
          else reject(new Error(`${path} was answered with ${response.statusCode}`));
        });
      })
      .on("error", reject)
      .end(text);
  });
}
