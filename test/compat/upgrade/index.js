// A service as many are: the same code before and after the upgrade.
require("dotenv").config({ quiet: true });
const { S3Client, PutObjectCommand } = require("@aws-sdk/client-s3");
const axios = require("axios");
const bcrypt = require("bcryptjs");
const compression = require("compression");
const cookieParser = require("cookie-parser");
const cors = require("cors");
const express = require("express");
const { rateLimit } = require("express-rate-limit");
const session = require("express-session");
const handlebars = require("handlebars");
const helmet = require("helmet");
const Redis = require("ioredis");
const jwt = require("jsonwebtoken");
const morgan = require("morgan");
const multer = require("multer");
const nodemailer = require("nodemailer");
const { Pool } = require("pg");
const prometheus = require("prom-client");
const { Server } = require("socket.io");
const winston = require("winston");
const { z } = require("zod");

const { DATABASE_URL, REDIS_URL, MAIL_URL, RATES_URL, BUCKET, SECRET = "for development", PORT = "3000" } = process.env;
const log = winston.createLogger({
  level: "info",
  format: winston.format.json(),
  transports: [new winston.transports.Console()],
});
const database = new Pool({ connectionString: DATABASE_URL });
const cache = new Redis(REDIS_URL, { lazyConnect: true });
const mail = nodemailer.createTransport(MAIL_URL);
const files = new S3Client({ region: "eu-central-1" });
const receipt = handlebars.compile("Thank you, {{name}}: {{count}} of {{product}}.");
const Order = z.object({ product: z.string(), count: z.number().int().positive(), email: z.email() });

prometheus.collectDefaultMetrics();
const app = express();
app.use(helmet(), cors(), compression(), cookieParser(), express.json(), morgan("tiny"));
app.use(rateLimit({ windowMs: 60_000, limit: 100 }));
app.use(session({ secret: SECRET, resave: false, saveUninitialized: false }));
app.get("/health", (request, response) => response.json({ status: "ok" }));
app.get("/metrics", async (request, response) => response.send(await prometheus.register.metrics()));
app.post("/login", async (request, response) => {
  const { rows } = await database.query("select hash from users where name = $1", [request.body.name]);
  if (rows.length === 0 || !(await bcrypt.compare(request.body.password, rows[0].hash)))
    return response.sendStatus(401);
  response.json({ token: jwt.sign({ name: request.body.name }, SECRET) });
});
app.post("/orders", async (request, response) => {
  const order = Order.safeParse(request.body);
  if (!order.success) return response.status(400).json(order.error.issues);
  const { data: rates } = await axios.get(RATES_URL);
  await database.query("insert into orders values ($1, $2)", [order.data.product, order.data.count]);
  await cache.incrby(order.data.product, order.data.count);
  await mail.sendMail({
    to: order.data.email,
    subject: "Your order",
    text: receipt({ name: order.data.email, ...order.data }),
  });
  log.info("ordered", order.data);
  response.status(201).json({ ...order.data, rates });
});
app.post("/files", multer({ storage: multer.memoryStorage() }).single("file"), async (request, response) => {
  await files.send(new PutObjectCommand({ Bucket: BUCKET, Key: request.file.originalname, Body: request.file.buffer }));
  response.sendStatus(201);
});

const server = app.listen(Number(PORT), () => log.info(`listening on ${server.address().port}`));
new Server(server).on("connection", (socket) => socket.on("orders", () => socket.emit("orders", "soon")));
