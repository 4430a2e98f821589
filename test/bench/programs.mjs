/**
 * What is measured. Each program becomes a project of its own, whose packages
 * are hoisted above it, so that a program's policy holds its own packages alone.
 */
import { askOverOpenConnections, answerRequests } from "./drive-http.mjs";
import { MICRO_ROWS } from "./micro-rows.mjs";

/** @typedef {{ file: string, packages: string[], drive?: Function, copies?: string[] }} Program */

/** @type {Record<string, Program>} */
export const PROGRAMS = {
  "hello-cjs": { file: "hello.cjs", packages: [] },
  "hello-esm": { file: "hello.mjs", packages: [] },
  "express-load": { file: "express-load.cjs", packages: ["express", "bench-report"] },
  "express-serve": { file: "express-serve.cjs", packages: ["express"], drive: askOverOpenConnections },
  "http-client": { file: "http-client.cjs", packages: ["bench-http", "bench-report"], drive: answerRequests },
  eslint: { file: "eslint.cjs", packages: ["eslint", "@eslint/js", "bench-report"], copies: ["files.cjs"] },
  typescript: { file: "typescript.cjs", packages: ["typescript", "bench-report"] },
  elliptic: { file: "elliptic.cjs", packages: ["elliptic", "bench-report"] },
  globals: { file: "globals.cjs", packages: ["bench-globals", "bench-report"] },
  micro: { file: "micro.cjs", packages: ["bench-micro"] },
  files: { file: "files.cjs", packages: ["bench-files", "bench-report"], copies: ["small.txt"] },
};

/**
 * The rows of the table, in its order: a phase of a program, where `process`
 * is the whole process from start to exit, or what writing its policy takes.
 *
 * @type {{ label: string, program: keyof typeof PROGRAMS, phase: string }[]}
 */
export const ROWS = [
  { label: "hello, CommonJS: whole process", program: "hello-cjs", phase: "process" },
  { label: "hello, ES module: whole process", program: "hello-esm", phase: "process" },
  { label: "Express: whole process, 5 requests", program: "express-load", phase: "process" },
  { label: "Express: `require`", program: "express-load", phase: "load" },
  { label: "ESLint: whole process, one small file", program: "eslint", phase: "process" },
  { label: "ESLint: `require`", program: "eslint", phase: "load" },
  { label: "ESLint: lint", program: "eslint", phase: "lint" },
  { label: "TypeScript: whole process", program: "typescript", phase: "process" },
  { label: "TypeScript: `require`", program: "typescript", phase: "load" },
  { label: "TypeScript: transpile", program: "typescript", phase: "transpile" },
  { label: "elliptic: whole process", program: "elliptic", phase: "process" },
  { label: "elliptic: 100 signatures", program: "elliptic", phase: "sign" },
  { label: "loop over global names", program: "globals", phase: "loop" },
  ...MICRO_ROWS,
  { label: "`fs.readFileSync`, 5000 calls", program: "files", phase: "readSync" },
  { label: "`fs.statSync`, 10000 calls", program: "files", phase: "statSync" },
  { label: "`fs.promises.readFile`, 2000 calls", program: "files", phase: "read" },
  { label: "`fs.stat`, 4000 calls", program: "files", phase: "stat" },
  { label: "2000 requests served by Express", program: "express-serve", phase: "served" },
  { label: "1000 requests made by a package", program: "http-client", phase: "requests" },
  { label: "policy of Express, nothing cached", program: "express-load", phase: "policy cold" },
  { label: "policy of Express, again", program: "express-load", phase: "policy warm" },
  { label: "policy of ESLint, nothing cached", program: "eslint", phase: "policy cold" },
  { label: "policy of ESLint, again", program: "eslint", phase: "policy warm" },
  { label: "policy of TypeScript, nothing cached", program: "typescript", phase: "policy cold" },
  { label: "policy of TypeScript, again", program: "typescript", phase: "policy warm" },
];
