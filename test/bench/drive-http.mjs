/** The other side of the programs that speak HTTP: it runs here, under plain Node. */
import { once } from "node:events";
import http from "node:http";

const CONNECTIONS = 8;

/** Asks a program that serves, and gives the time of 2000 requests in milliseconds. */
export async function askOverOpenConnections(start) {
  const run = start({});
  const port = Number(await run.line(/^@listen (\d+)$/mu));
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const bytes = await askMany(port, agent, 300);
  const begin = performance.now();
  const more = await askMany(port, agent, 2000);
  const served = performance.now() - begin;
  await ask(port, agent, "/stop");
  agent.destroy();
  const outcome = await run.finished;
  return { ...outcome, times: { ...outcome.times, served }, value: `${bytes} ${more}` };
}

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

async function askMany(port, agent, count) {
  let next = 0;
  let bytes = 0;
  const worker = async () => {
    while (next < count) {
      // In two steps: the other workers add to it while this one waits.
      const length = await ask(port, agent, `/items/${next++ % 10}?page=2&sort=name`);
      bytes += length;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return bytes;
}

function ask(port, agent, path) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port, path, agent }, (response) => {
        let bytes = 0;
        response.on("data", (data) => (bytes += data.length));
        response.on("end", () => resolve(bytes));
      })
      .on("error", reject);
  });
}
