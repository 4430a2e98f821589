// Loads Fastify, answers a few requests of its own, and ends.
const http = require("node:http");
const { measure, report } = require("bench-report");

const fastify = measure("load", () => require("fastify"));
const app = fastify();
app.get("/items/:id", async (request) => ({ id: request.params.id, query: request.query }));
app.listen({ port: 0, host: "127.0.0.1" }, async (error) => {
  if (error) throw error;
  let bodies = "";
  for (let id = 0; id < 5; id++) bodies += await get(`/items/${id}?page=${id}`);
  await app.close();
  report(bodies);
});

function get(path) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: app.server.address().port, path, agent: false }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text) => (body += text));
        response.on("end", () => resolve(body));
      })
      .on("error", reject);
  });
}
