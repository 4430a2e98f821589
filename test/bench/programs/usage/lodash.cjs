const _ = require("lodash");

const people = _.range(100).map((n) => ({ id: n, group: `g${n % 7}`, score: (n * 37) % 11 }));
console.log(
  _(people)
    .groupBy("group")
    .mapValues((list) => _.sumBy(list, "score"))
    .toPairs()
    .sortBy(0)
    .value(),
);
console.log(
  _.template("<% _.each(list, (x) => { %><%- x %>;<% }) %>")({ list: ["a<", "b"] }),
  _.isEqual(_.cloneDeep(people), people),
);
