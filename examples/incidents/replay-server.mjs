// The one server of a replay: the thief's, and the application's own. It listens on 127.0.0.1.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** Answers with the files of a folder, by path, and keeps what it was sent. */
export async function startReplayServer(answers, location) {
  let requests = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const text of incoming.setEncoding("utf8")) body += text;
    const { pathname } = new URL(incoming.url, "http://127.0.0.1");
    requests.push({ path: pathname, headers: incoming.headers, body });
    const file = join(answers, pathname);
    response.setHeader("connection", "close");
    if (pathname === "/ipgeo") response.end(JSON.stringify({ country_name: location }));
    else response.end(pathname !== "/" && existsSync(file) ? readFileSync(file) : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    /** What came since the last call. */
    taken() {
      const taken = requests;
      requests = [];
      return taken;
    },
    /** Gives programs that were started, and nobody waits for, the time to do what they do. */
    settled: () => new Promise((resolve) => setTimeout(resolve, 300)),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
