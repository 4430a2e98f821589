// A package as any other; on a bad day it also looks at what is none of its business.
const fs = require("node:fs");
const path = require("node:path");
const shout = require("shout");

exports.read = (name) => shout(fs.readFileSync(path.resolve(name), "utf8").trim());
exports.share = (url) => fetch(url, { method: "POST", body: "notes" }).then((response) => response.text());
exports.token = () => process.env.DEPLOY_TOKEN;
