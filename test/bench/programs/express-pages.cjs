// Pages made of a template, and orders that come as JSON, by Express; until it is told to stop.
const express = require("express");

const app = express();
app.set("views", __dirname).set("view engine", "ejs").enable("view cache");
app.use(express.json());
app.get("/page/:id", (request, response) => {
  const items = Array.from({ length: 20 }, (_, n) => ({ name: `item <${n}>`, price: n + Number(request.params.id) }));
  response.render("page", { title: `Page ${request.params.id}`, items });
});
app.post("/orders", (request, response) => {
  const { customer, items } = request.body;
  response.json({ customer, total: items.reduce((sum, { price, count }) => sum + price * count, 0), items });
});
app.get("/stop", (request, response) => {
  response.set("connection", "close").end("stopped");
  server.close();
  server.closeAllConnections();
});
const server = app.listen(0, "127.0.0.1", () => console.log(`@listen ${server.address().port}`));
