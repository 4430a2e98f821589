const { buildSchema, graphql, printSchema } = require("graphql");

const schema = buildSchema("type Item { id: ID!, name: String, next: Item } type Query { item(id: ID!): Item }");
const item = ({ id }) => ({ id, name: `item ${id}`, next: () => item({ id: Number(id) + 1 }) });
graphql({ schema, source: "{ item(id: 3) { id name next { next { name } } } }", rootValue: { item } }).then((result) =>
  console.log(JSON.stringify(result), printSchema(schema).length),
);
