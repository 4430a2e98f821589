// Grants for the start, fewer afterwards. There is no way back.
import { createServer } from "node:http";
import { moat } from "@moat/core";

// Node's own servers must listen before the process is locked down; afterwards: app.builtin("http").
const server = createServer((request, response) => response.end("received")).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const { port } = server.address();

const notes = await moat.load(
  "notes",
  { fs: { read: ["./data"] }, net: { connect: [`127.0.0.1:${port}`] } },
  { onDenial() {} },
);
const { read, share } = notes.module.default;
console.log(await share(`http://127.0.0.1:${port}/`));

notes.drop({ net: true });
console.log(await share(`http://127.0.0.1:${port}/`).catch((error) => error.cause.code));
console.log(read("data/today.txt"));
notes.drop({ fs: { read: ["./data"] } });
try {
  read("data/today.txt");
} catch (error) {
  console.log(error.code);
}
server.close();
