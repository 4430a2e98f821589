const { Readable } = require("node:stream");
const es = require("event-stream");

Readable.from(["alice 3\nbob 4\n", "carol 5\n"])
  .pipe(es.split())
  .pipe(es.map((line, done) => done(null, `payment: ${line}\n`)))
  .pipe(process.stdout);
