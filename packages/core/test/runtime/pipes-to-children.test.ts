import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, policyFor, type Project } from "./run-both.ts";

let project: Project;
/** A pool as thread-loader's, which talks with its children by pipes of its own. */
const POOL = `
const { spawn } = require("child_process");
exports.ask = (question) => {
  const child = spawn(process.execPath, [require.resolve("./child.js")], { stdio: ["ignore", "inherit", "inherit", "pipe", "pipe"] });
  child.stdio[3].on("data", (answer) => console.log(String(answer)));
  child.stdio[4].end(question);
};
`;
const CHILD = `
const fs = require("fs");
const writer = fs.createWriteStream(null, { fd: 3 });
const found = require("other").look();
fs.createReadStream(null, { fd: 4 }).on("data", (question) => writer.end(question + " " + found));
`;
/** It may use fs, and has opened none of these. */
const OTHER = `
const fs = require("fs");
const code = (what) => { try { what(); return "open"; } catch (error) { return error.code; } };
exports.look = () => [3, 4].map((fd) => [code(() => fs.writeSync(fd, "forged")), code(() => fs.readSync(fd, Buffer.alloc(9))), code(() => fs.closeSync(fd))]).join();
`;

beforeAll(async () => {
  const manifest = (name: string) => JSON.stringify({ name, version: "1.0.0", dependencies: { other: "1.0.0" } });
  project = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { pool: "1.0.0", other: "1.0.0" } }),
    "index.js": `require("pool").ask("asked");`,
    "node_modules/pool/package.json": manifest("pool"),
    "node_modules/pool/index.js": POOL,
    "node_modules/pool/child.js": CHILD,
    "node_modules/other/package.json": manifest("other"),
    "node_modules/other/index.js": OTHER,
  });
});
afterAll(() => project.remove());

test("pipes that a package opens to a node child of its own are its own there, and nobody else's", async () => {
  const policy = policyFor("index.js", {
    pool: {
      packages: ["other"],
      globals: ["console", "process"],
      builtins: {
        child_process: ["spawn"],
        fs: ["createReadStream", "createWriteStream"],
        process: ["execPath"],
      },
      fs: { read: ["<package>"] },
      commands: ["node"],
    },
    other: {
      globals: ["Buffer"],
      builtins: { fs: ["closeSync", "readSync", "writeSync"] },
      fs: { read: ["<package>"], write: ["<package>"] },
    },
  });
  const { stdout, stderr, code } = await project.moat("index.js", policy);
  expect({ stdout, stderr, code }).toEqual({
    stdout: "asked EBADF,EBADF,EBADF,EBADF,EBADF,EBADF\n",
    stderr: "",
    code: 0,
  });
});

// Node gives these three pipes and no more: the other numbers are the event loop's, and files that are opened later.
test("a package has no pipes to a child whose output Node gathers", async () => {
  const asking = await makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { pool: "1.0.0" } }),
    "index.js": `require("pool");`,
    "node_modules/pool/package.json": JSON.stringify({ name: "pool", version: "1.0.0" }),
    "node_modules/pool/index.js": `
const { exec, execFile } = require("child_process");
const options = { stdio: Array.from({ length: 32 }, () => "pipe") };
const said = (error, stdout) => console.log(stdout);
execFile(process.execPath, [require.resolve("./child.js")], options, said);
exec("node node_modules/pool/child.js", options, said);`,
    "node_modules/pool/child.js": `
const fs = require("fs");
const code = (fd) => { try { return String(fs.fstatSync(fd).mode); } catch (error) { return error.code; } };
console.log([...new Set(Array.from({ length: 29 }, (_, index) => code(index + 3)))].join());`,
  });
  const policy = policyFor("index.js", {
    pool: {
      globals: ["console", "process"],
      builtins: { child_process: ["exec", "execFile"], fs: ["fstatSync"], process: ["execPath"] },
      fs: { read: ["<package>"] },
      commands: ["node"],
    },
  });
  const { stdout, stderr } = await asking.moat("index.js", policy);
  await asking.remove();
  expect(stdout, stderr).toBe("EBADF\n\nEBADF\n\n");
});
