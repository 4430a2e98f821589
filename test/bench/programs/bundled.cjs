const { a, b } = require("./bundled-part.cjs");

module.exports = [a, b].map((value) => value + 1);
