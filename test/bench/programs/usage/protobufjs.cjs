const protobuf = require("protobufjs");

const { root } = protobuf.parse(
  'syntax = "proto3"; message Item { int32 id = 1; string name = 2; repeated Item parts = 3; map<string, double> sizes = 4; }',
);
const Item = root.lookupType("Item");
const bytes = Item.encode(
  Item.create({ id: 7, name: "a", parts: [{ id: 8 }, { name: "ü" }], sizes: { w: 1.5 } }),
).finish();
console.log(Buffer.from(bytes).toString("hex"), JSON.stringify(Item.toObject(Item.decode(bytes))));
