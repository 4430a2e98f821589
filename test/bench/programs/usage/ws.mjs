import { WebSocket, WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => socket.on("message", (data) => socket.send(`got ${data}`)));
server.on("listening", () => {
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
  client.on("open", () => client.send("hello"));
  client.on("message", (data) => {
    console.log(String(data));
    client.close();
    server.close();
  });
});
