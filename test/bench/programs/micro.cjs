// What single things of the language cost inside a package. Each is called until
// it is compiled; the shortest of some calls is what counts.
const benchmarks = require("bench-micro");

const WARMING = 30;
const COUNTED = 25;
const now = () => Number(process.hrtime.bigint()) / 1e6;

(async () => {
  const only = new RegExp(process.argv[2] ?? "", "u");
  const times = {};
  const values = [];
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (!only.test(name)) continue;
    let shortest = Infinity;
    let value;
    for (let call = 0; call < WARMING + COUNTED; call++) {
      const start = now();
      value = benchmark();
      if (value instanceof Promise) value = await value;
      if (call >= WARMING) shortest = Math.min(shortest, now() - start);
    }
    times[name] = shortest;
    values.push(value);
  }
  const logarithms = Object.values(times).map(Math.log);
  times["geometric mean"] = Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length);
  console.log(`@bench ${JSON.stringify({ times, value: values.join() })}`);
})();
