const autoprefixer = require("autoprefixer");
const postcss = require("postcss");

const css = "a { display: grid; user-select: none; &:hover { color: red } } @media print { b { break-inside: avoid } }";
postcss([autoprefixer({ overrideBrowserslist: ["ie 10", "safari 7"] })])
  .process(css, { from: undefined })
  .then((result) => console.log(result.css));
