const knex = require("knex")({ client: "pg" });

const query = knex("users")
  .join("orders", "users.id", "orders.user_id")
  .where("age", ">", 20)
  .whereIn("state", ["a", "b"])
  .groupBy("users.id")
  .select("users.id", knex.raw("sum(??) as total", ["price"]));
console.log(query.toString(), knex.schema.createTable("t", (table) => table.increments().unsigned()).toString());
