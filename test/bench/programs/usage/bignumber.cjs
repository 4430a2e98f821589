const BigNumber = require("bignumber.js");

let sum = new BigNumber(0);
for (let n = 1; n <= 200; n++) sum = sum.plus(new BigNumber(1).div(n).pow(2));
console.log(sum.toString(), sum.sqrt().toFormat(10));
