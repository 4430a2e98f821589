// Times of a program's phases, printed as its last line.
const times = {};
const now = () => Number(process.hrtime.bigint()) / 1e6;

exports.measure = (phase, work) => {
  const start = now();
  const value = work();
  times[phase] = now() - start;
  return value;
};
exports.measureAsync = async (phase, work) => {
  const start = now();
  const value = await work();
  times[phase] = now() - start;
  return value;
};
/** `value` is what the program computed: every tool must come to the same. */
exports.report = (value) => console.log(`@bench ${JSON.stringify({ times, value: String(value) })}`);
