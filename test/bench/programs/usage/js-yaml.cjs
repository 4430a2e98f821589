const yaml = require("js-yaml");

const data = yaml.load("a: &x {n: 1, list: [1, two, 3.5]}\nb: *x\nc: |\n  text\n  more\nd: 2024-01-02\n");
console.log(yaml.dump(data, { noRefs: true, sortKeys: true }));
