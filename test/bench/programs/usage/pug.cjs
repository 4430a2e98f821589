const pug = require("pug");

const template = pug.compile(
  "mixin item(x)\n  li(class=x > 1 ? 'many' : 'one')= x\nul\n  each n in list\n    +item(n)\n  if !list.length\n    p none\n",
);
console.log(template({ list: [1, 2, 3] }), template({ list: [] }));
