const { Writable } = require("node:stream");
const pino = require("pino");

let text = "";
const log = pino(
  { base: null, timestamp: false, redact: ["user.password"] },
  new Writable({ write: (chunk, _, done) => done(void (text += chunk)) }),
);
log.child({ part: "a" }).info({ user: { name: "ann", password: "x" } }, "hello %s", "you");
log.error(Object.assign(new RangeError("bad"), { stack: "none" }));
console.log(text);
