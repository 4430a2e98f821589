"use strict";
/** The trusted application: lets each package crawl, and has what they found judged. */
const { writeFileSync } = require("node:fs");
const { budget, builtins, globals, scratch, out } = JSON.parse(process.argv[2]);
let judge;
process.emit("warning", "crawler", (given) => {
  judge = given;
});
(async () => {
  const walks = [];
  for (const name of ["bare", "granted", "twin"]) {
    const package_ = require(name);
    const started = performance.now();
    walks.push(
      await package_.crawl({
        name,
        builtins,
        globals,
        scratch: `${scratch}/${name}`,
        budget: name === "bare" ? budget / 4 : budget,
      }),
    );
    console.error(`${name}: ${Math.round(performance.now() - started)} ms`);
  }
  const started = performance.now();
  const result = judge(walks);
  console.error(`judged in ${Math.round(performance.now() - started)} ms`);
  writeFileSync(out, JSON.stringify(result));
  process.exit(0);
})().catch((error) => {
  console.error("crawler failed", error);
  process.exit(3);
});
