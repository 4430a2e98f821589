/** Programs that only load: dependency trees of about 50, 300 and 1,000 packages, by what the program requires. */
const SMALL = ["fastify"];
const MIDDLE = ["ajv", "eslint", "express", "gulp", "mocha", "socket.io", "winston", "yargs"];
const LARGE = [
  ...["@fastify/view", "@nestjs/common", "@nestjs/core", "@nestjs/platform-express", "reflect-metadata"],
  ...["ajv", "async", "autoprefixer", "axios", "cheerio", "commander", "cssnano", "csv-parse", "d3", "eslint"],
  ...["express", "fast-glob", "fastify", "graphql", "gulp", "handlebars", "immutable", "inquirer", "ioredis"],
  ...["jest", "joi", "js-yaml", "jsonwebtoken", "knex", "lodash", "mathjs", "mocha", "mongoose", "nunjucks"],
  ...["pg", "pino", "postcss", "protobufjs", "pug", "react-dom", "redis", "rxjs", "semver", "socket.io"],
  ...["socket.io-client", "stylelint", "superagent", "uuid", "winston", "ws", "yaml", "yargs", "zod"],
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
