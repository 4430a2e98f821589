const { analyze } = require("eslint-scope");

const tree = {
  type: "Program",
  body: [
    { type: "VariableDeclaration", declarations: [{ id: { name: "used" } }, { id: { name: "unused" } }] },
    { type: "ExpressionStatement", expression: { type: "Identifier", name: "used" } },
  ],
};
console.log(analyze(tree).unused());
