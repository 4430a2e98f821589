const async = require("async");

const slowly = (value, callback) => setImmediate(callback, null, value * 2);
async.waterfall(
  [
    (next) => async.mapLimit([1, 2, 3, 4], 2, slowly, next),
    (list, next) => async.reduce(list, 0, (sum, value, add) => add(null, sum + value), next),
  ],
  (error, sum) => console.log(error, sum),
);
