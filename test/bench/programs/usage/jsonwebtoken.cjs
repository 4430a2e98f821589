const jwt = require("jsonwebtoken");

const token = jwt.sign({ user: "ann", iat: 1_700_000_000 }, "a secret", { algorithm: "HS256" });
console.log(token, jwt.verify(token, "a secret"));
try {
  jwt.verify(`${token}x`, "a secret");
} catch (error) {
  console.log(error.name, error.message);
}
