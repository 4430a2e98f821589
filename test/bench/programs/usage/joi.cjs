const Joi = require("joi");

const schema = Joi.object({
  name: Joi.string().min(3).required(),
  age: Joi.number().integer().max(150),
  mail: Joi.string().email({ tlds: false }),
});
console.log(schema.validate({ name: "ann", age: "42", mail: "a@b.example" }).value);
console.log(schema.validate({ name: "a", age: 200 }, { abortEarly: false }).error.message);
