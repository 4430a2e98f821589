// Pure computing inside a package: signing over secp256k1 with bn.js.
const { report, measure } = require("bench-report");

const { ec: Curve } = measure("load", () => require("elliptic"));
const key = new Curve("secp256k1").keyFromPrivate("1e99423a4ed27608a15a2616a2b0e9e52ced330ac530edcc32c8ffc6a526aedd");
const sign = (rounds) => {
  let last;
  for (let round = 0; round < rounds; round++) last = key.sign([round & 255, 1, 2, 3, 4, 5, 6, 7]);
  return last.toDER("hex");
};
sign(20);
report(measure("sign", () => sign(100)));
