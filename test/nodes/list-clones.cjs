// What of Node's own an object can ask to be made of itself by the name in its clone: `module:Class` of
// its internal modules. For a Node with `--expose-internals`; a line for each that has a method for it.
"use strict";

const names = Object.keys(process.binding("natives")).filter(
  (name) => !/^internal\/(?:bootstrap|main|deps|v8_prof|test_runner\/|bench)|^internal\/.*\/tools\//.test(name),
);
const found = new Set();
for (const name of names) {
  let exported;
  try {
    exported = require(name);
  } catch {
    continue;
  }
  if (Object(exported) !== exported) continue;
  for (const key of Object.getOwnPropertyNames(exported)) {
    let prototype;
    try {
      prototype = exported[key].prototype;
    } catch {
      continue;
    }
    for (let level = prototype; level; level = Object.getPrototypeOf(level)) {
      if (Object.getOwnPropertySymbols(level).some(({ description }) => description === "messaging_deserialize_symbol"))
        found.add(`${name}:${key}`);
    }
  }
}
process.stdout.write([...found].sort().join("\n"));
process.exit();
