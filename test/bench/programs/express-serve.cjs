// Serves until it is told to stop; the benchmark asks, from plain Node, over connections that stay open.
const express = require("express");

const app = express();
app.get("/items/:id", (request, response) => response.json({ id: request.params.id, query: request.query }));
app.get("/stop", (request, response) => {
  response.set("connection", "close").end("stopped");
  server.close();
  server.closeAllConnections();
});
const server = app.listen(0, "127.0.0.1", () => console.log(`@listen ${server.address().port}`));
