/**
 * What is measured. Each program becomes a project of its own, whose packages
 * are hoisted above it, so that a program's policy holds its own packages alone.
 */
import { answerRequests, askOverOpenConnections, pagesAndOrders, smallAnswers } from "./drive-http.mjs";
import { TREES, programOfTree } from "./trees.mjs";
import { USAGE } from "./usage.mjs";

/**
 * @typedef {object} Program
 * @property {string} [file] in `programs`; what it is copied as has its name
 * @property {string} [text] of a program that no file holds
 * @property {string} [source] a folder that is a project already
 * @property {string[]} packages direct dependencies
 * @property {string[]} [copies] more files of `programs` that it reads
 * @property {Function} [drive] plays the other side, and gives the outcome
 * @property {string} [group] whose rows tell of all its programs together
 * @property {number} [mostRounds] where more would take too long
 * @property {number} [peerRounds] rounds under other tools than node and moat; one is not preceded by another
 */

/** @type {Record<string, Program>} */
const SINGLE = {
  "hello-cjs": { file: "hello.cjs", packages: [] },
  "hello-esm": { file: "hello.mjs", packages: [] },
  express: { file: "express-load.cjs", packages: ["express", "bench-report"] },
  fastify: { file: "fastify-load.cjs", packages: ["fastify", "bench-report"] },
  eslint: { file: "eslint.cjs", packages: ["eslint", "@eslint/js", "bench-report"], copies: ["files.cjs"] },
  babel: { file: "babel.cjs", packages: ["@babel/core", "@babel/preset-env", "bench-report"], copies: ["files.cjs"] },
  webpack: {
    file: "webpack.cjs",
    packages: ["webpack", "bench-report"],
    copies: ["bundled.cjs", "bundled-part.cjs"],
  },
  typescript: { file: "typescript.cjs", packages: ["typescript", "bench-report"] },
  elliptic: { file: "elliptic.cjs", packages: ["elliptic", "bench-report"] },
  globals: { file: "globals.cjs", packages: ["bench-globals", "bench-report"] },
  micro: { file: "micro.cjs", packages: ["bench-micro"] },
  files: { file: "files.cjs", packages: ["bench-files", "bench-report"], copies: ["small.txt"] },
  "express-serve": {
    file: "express-serve.cjs",
    packages: ["express"],
    drive: askOverOpenConnections(smallAnswers),
  },
  "express-pages": {
    file: "express-pages.cjs",
    packages: ["express", "ejs"],
    copies: ["page.ejs"],
    drive: askOverOpenConnections(pagesAndOrders),
  },
  "fastify-pages": {
    file: "fastify-pages.cjs",
    packages: ["fastify", "@fastify/view", "ejs"],
    copies: ["page.ejs"],
    drive: askOverOpenConnections(pagesAndOrders),
  },
  "http-client": { file: "http-client.cjs", packages: ["bench-http", "bench-report"], drive: answerRequests },
};

const usage = Object.entries(USAGE).map(([file, packages]) => [
  `usage/${file.slice(0, file.indexOf("."))}`,
  { file: `usage/${file}`, packages, group: "usage", mostRounds: 2, peerRounds: 1 },
]);
const trees = Object.entries(TREES).map(([name, packages]) => [
  name,
  { text: programOfTree(packages), packages, mostRounds: 2, peerRounds: 1 },
]);

/** @type {Record<string, Program>} */
export const PROGRAMS = { ...SINGLE, ...Object.fromEntries([...usage, ...trees]) };
