const Ajv = require("ajv");

const validate = new Ajv({ allErrors: true }).compile({
  type: "object",
  properties: {
    id: { type: "integer", minimum: 1 },
    tags: { type: "array", items: { type: "string" }, uniqueItems: true },
  },
  required: ["id", "name"],
});
console.log(validate({ id: 1, name: "a", tags: ["x"] }), validate({ id: 0, tags: ["x", "x", 3] }));
console.log(validate.errors.map((error) => error.message).join("; "));
