// What single things of the language cost inside a package. Each is called until
// it is compiled; the shortest of some calls is what counts.
const benchmarks = require("bench-micro");

const WARMING = 30;
const COUNTED = 25;
const now = () => Number(process.hrtime.bigint()) / 1e6;

(async () => {
  // In a turn of its own, where stacks are as deep under every tool.
  await new Promise((resolve) => setImmediate(resolve));
  // By the environment: some tools leave their own arguments in `process.argv`.
  const only = new RegExp(process.env.MICRO ?? "", "u");
  const times = {};
  const values = {};
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (!only.test(name)) continue;
    try {
      [times[name], values[name]] = await shortestOf(benchmark);
    } catch (error) {
      values[name] = `${error.name}: ${error.message}`;
    }
  }
  console.log(`@bench ${JSON.stringify({ times, values })}`);
})();

async function shortestOf(benchmark) {
  let shortest = Infinity;
  let value;
  for (let call = 0; call < WARMING + COUNTED; call++) {
    const start = now();
    value = benchmark();
    if (value instanceof Promise) value = await value;
    if (call >= WARMING) shortest = Math.min(shortest, now() - start);
  }
  return [shortest, value];
}
