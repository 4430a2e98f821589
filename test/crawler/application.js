"use strict";
/**
 * The trusted application: lets each package crawl, and has what they found judged.
 * It asks for nothing of Node's itself but `process`: what it asked for would be hardened by that.
 */
const { budget, builtins, globals, scratch, out, taps, want } = JSON.parse(process.argv[2]);
// Called on something else, a method of Node may fail later.
process.on("uncaughtException", () => {});
let end;
process.emit("warning", "crawler", (given) => {
  end = given;
});
(async () => {
  const walks = [];
  for (const name of ["bare", "granted", "twin"]) {
    walks.push(
      await require(name).crawl({
        name,
        builtins,
        globals,
        taps,
        want,
        scratch: `${scratch}/${name}`,
        budget: name === "bare" ? budget / 4 : budget,
      }),
    );
  }
  end(walks, out);
})().catch((error) => {
  process.emit("warning", "crawler failed", error);
});
