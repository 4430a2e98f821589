const { Writable } = require("node:stream");
const winston = require("winston");

let text = "";
const stream = new Writable({ write: (chunk, _, done) => done(void (text += chunk)) });
const { combine, errors, json, splat } = winston.format;
const log = winston.createLogger({
  level: "info",
  format: combine(errors(), splat(), json()),
  transports: [new winston.transports.Stream({ stream })],
});
log.info("hello %s", "you", { part: "a" });
log.debug("not told");
log.on("finish", () => console.log(text)).end();
