// Pages made of a template, and orders that come as JSON, by Fastify; until it is told to stop.
const fastify = require("fastify");
const view = require("@fastify/view");
const ejs = require("ejs");

const app = fastify();
app.register(view, { engine: { ejs }, root: __dirname, production: true });
app.get("/page/:id", (request, reply) => {
  const items = Array.from({ length: 20 }, (_, n) => ({ name: `item <${n}>`, price: n + Number(request.params.id) }));
  return reply.view("page.ejs", { title: `Page ${request.params.id}`, items });
});
app.post("/orders", async (request) => {
  const { customer, items } = request.body;
  return { customer, total: items.reduce((sum, { price, count }) => sum + price * count, 0), items };
});
app.get("/stop", (request, reply) => {
  reply.header("connection", "close").send("stopped");
  setImmediate(() => {
    app.close();
    app.server.closeAllConnections();
  });
});
app.listen({ port: 0, host: "127.0.0.1" }, (error) => {
  if (error) throw error;
  console.log(`@listen ${app.server.address().port}`);
});
