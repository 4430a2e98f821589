// Loads Express, answers a few requests of its own, and ends.
const http = require("node:http");
const { measure, report } = require("bench-report");

const express = measure("load", () => require("express"));
const app = express();
app.get("/items/:id", (request, response) => response.json({ id: request.params.id, query: request.query }));
const server = app.listen(0, "127.0.0.1", async () => {
  let bodies = "";
  for (let id = 0; id < 5; id++) bodies += await get(`/items/${id}?page=${id}`);
  server.close();
  report(bodies);
});

function get(path) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: server.address().port, path, agent: false }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text) => (body += text));
        response.on("end", () => resolve(body));
      })
      .on("error", reject);
  });
}
