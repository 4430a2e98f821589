// A package asks a server of the benchmark's own, which runs under plain Node.
const { report, measureAsync } = require("bench-report");
const { ask } = require("bench-http");

const port = process.env.BENCH_PORT;
(async () => {
  await ask(Number(port), 200);
  report(await measureAsync("requests", () => ask(Number(port), 1000)));
})();
