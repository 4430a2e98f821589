const http = require("node:http");
const axios = require("axios");

const server = http.createServer((request, response) =>
  response.end(JSON.stringify({ url: request.url, accept: request.headers.accept })),
);
server.listen(0, "127.0.0.1", async () => {
  const client = axios.create({
    baseURL: `http://127.0.0.1:${server.address().port}`,
    headers: { Accept: "application/json" },
  });
  const { status, data } = await client.get("/items", { params: { page: 2, tags: ["a", "b"] } });
  console.log(status, data);
  server.close();
  server.closeAllConnections();
});
