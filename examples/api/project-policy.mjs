// A whole project under its moat.policy.json, started from code.
import { moat } from "@moat/core";

const app = await moat({ onDenial: ({ principal, target }) => console.log("denied:", principal, target) });
const { start } = await app.import("./app.mjs");
const server = await start();
console.log(await fetch(`http://127.0.0.1:${server.address().port}/`).then((response) => response.text()));
server.close();
console.log(app.require("notes").token(), JSON.stringify(app.policyOf("notes").fs));
process.exit();
