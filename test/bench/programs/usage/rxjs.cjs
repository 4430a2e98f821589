const { from, interval, lastValueFrom } = require("rxjs");
const { bufferCount, filter, mergeMap, map, take, toArray } = require("rxjs/operators");

const numbers = interval(1).pipe(
  take(12),
  filter((n) => n % 3 !== 0),
  mergeMap((n) => from([n, n * n])),
  bufferCount(3),
  map((list) => list.join("-")),
  toArray(),
);
lastValueFrom(numbers).then((list) => console.log(list));
