const { create, all } = require("mathjs");

const math = create(all, { number: "BigNumber", precision: 40 });
console.log(math.evaluate("sqrt(3^2 + 4^2) + det([[1, 2], [3, 4]])").toString(), math.simplify("2 x + 3 x").toString());
