/** Programs that only load: dependency trees of about 50, 300 and 1,000 packages, by what the program requires. */
const SMALL = ["fastify"];
const MIDDLE = ["ajv", "eslint", "express", "gulp", "mocha", "socket.io", "winston", "yargs"];
const LARGE = [
  ...["@nestjs/core", "@nestjs/common", "@nestjs/platform-express", "reflect-metadata"],
  ...["autoprefixer", "cheerio", "cssnano", "d3", "eslint", "express", "fastify", "gulp", "inquirer", "ioredis"],
  ...["jest", "joi", "jsonwebtoken", "knex", "mocha", "mongoose", "nunjucks", "pg", "redis"],
  ...["socket.io", "socket.io-client", "stylelint", "superagent", "winston", "yargs"],
];

export const TREES = { "tree-50": SMALL, "tree-300": MIDDLE, "tree-1000": LARGE };

/** Some packages leave a timer or a listener behind, so the program ends by itself. */
export const programOfTree = (packages) =>
  [
    ...packages.map((name) => `require(${JSON.stringify(name)});`),
    `console.log("loaded");`,
    "setImmediate(() => process.exit(0));",
    "",
  ].join("\n");
