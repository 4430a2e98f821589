// What the demonstration is made of: child processes, an HTTP client and the thief's server.
import { spawn, spawnSync } from "node:child_process";
import { createServer, request } from "node:http";
import { once } from "node:events";

const PATIENCE = 60_000;

/** Services that still run: none may outlive the demonstration. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs a program to its end: its exit code and all that it printed. */
export function runToEnd(program, argv, options) {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    ...options,
    encoding: "utf8",
    timeout: 10 * PATIENCE,
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** Starts the service with node's arguments, and waits until it listens. */
export async function startService(argv, { cwd, env }) {
  const child = spawn(process.execPath, argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const ended = once(child, "close");
  child.on("close", () => running.delete(child));
  let output = "";
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        const found = /listening on (http:\S+)/.exec(output);
        if (found === null) return;
        clearTimeout(timer);
        resolve(found[1]);
      });
    }
    child.on("close", () => {
      clearTimeout(timer);
      reject(new Error(`the service ended before it listened:\n${output}`));
    });
  });
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      const [code] = await ended;
      clearTimeout(timer);
      return { output, code };
    },
  };
}

/** One request: a POST where there is something to send. */
export async function ask(url, { authorization, json }) {
  const headers = { connection: "close" };
  if (authorization !== undefined) headers.authorization = authorization;
  if (json !== undefined) headers["content-type"] = "application/json";
  const outgoing = request(url, { method: json === undefined ? "GET" : "POST", headers, timeout: PATIENCE });
  outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${url}`)));
  outgoing.end(json === undefined ? undefined : JSON.stringify(json));
  const [response] = await once(outgoing, "response");
  let body = "";
  for await (const text of response.setEncoding("utf8")) body += text;
  return { status: response.statusCode, body };
}

/** A server on 127.0.0.1 that keeps what it is sent. */
export async function startThief() {
  const received = [];
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const text of incoming.setEncoding("utf8")) body += text;
    received.push(body);
    response.end();
  });
  server.on("connection", () => connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    received,
    connections: () => connections,
    forget() {
      received.length = 0;
      connections = 0;
    },
    /** Gives what is on its way the time to arrive. */
    settled: () => new Promise((resolve) => setTimeout(resolve, 500)),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
