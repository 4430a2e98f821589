// The application itself. Loaded by `app.import`, it is what it is under `moat run`.
import { createServer } from "node:http";
import notes from "notes";

export function start() {
  const server = createServer((request, response) => response.end(notes.read("data/today.txt")));
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}
