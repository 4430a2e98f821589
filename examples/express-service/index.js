"use strict";
// A service like many: notes over HTTP, JSON bodies, static files, a log line for each request.
const path = require("node:path");
const express = require("express");
const morgan = require("morgan");

const notes = [{ id: 1, text: "water the plants" }];

const app = express();
app.use(morgan("tiny"));
app.use(express.json());
app.use(express.static(path.join(__dirname, "public")));

app.get("/notes", (request, response) => {
  response.json(notes);
});

app.post("/notes", (request, response) => {
  const note = { id: notes.length + 1, text: String(request.body.text) };
  notes.push(note);
  response.status(201).json(note);
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

process.on("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
});
