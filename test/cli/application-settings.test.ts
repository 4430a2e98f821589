/** What an application sets for the whole program, in Node and under moat. */
import { afterEach, expect, test } from "vitest";
import { cert, key } from "../../packages/core/test/endowments/test-certificate.ts";
import { makeProject, type Project } from "./project-fixture.ts";

let project: Project | undefined;
afterEach(() => project?.dispose());

const DEEP = "{ a: { b: { c: { d: { e: 1 } } } } }";

function run(index: string, dep: string, granted: object = {}, more: Record<string, string> = {}): string {
  project = makeProject({
    "package.json": JSON.stringify({ name: "app", dependencies: { dep: "1.0.0" } }),
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: { dep: { globals: ["console"], builtins: { util: true, https: true }, ...granted } },
    }),
    "index.js": index,
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js": dep,
    ...more,
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  return stdout + stderr;
}

test("its options of util.inspect count for what everybody prints", () => {
  const told = run(
    `
      const util = require("util");
      util.inspect.defaultOptions.depth = 9;
      util.inspect.defaultOptions = { breakLength: Infinity, compact: 9 };
      console.log(${DEEP});
      console.log(util.inspect(${DEEP}), util.format("%O", ${DEEP}), util.inspect(${DEEP}, { depth: 0 }));
      require("dep")(${DEEP});`,
    'module.exports = (value) => { console.log(value); console.log(require("util").inspect(value)); };',
  );
  const [own, ofApplication, ofPackage, inspected] = told.trim().split("\n");
  expect([own, ofPackage, inspected]).toEqual([DEEP, DEEP, DEEP]);
  expect(ofApplication).toBe(`${DEEP} ${DEEP} { a: [Object] }`);
});

test("what it brings of other versions' globals, packages see; a package brings them for nobody", () => {
  const files = (definer: string): Record<string, string> => ({
    "package.json": JSON.stringify({ name: "app", dependencies: { dep: "1.0.0", other: "1.0.0" } }),
    "index.js": `${definer} require("other"); console.log(require("dep")());`,
    "node_modules/dep/package.json": '{"name":"dep","version":"1.0.0"}',
    "node_modules/dep/index.js":
      'module.exports = () => typeof localStorage === "undefined" ? "none" : localStorage.getItem("a");',
    "node_modules/other/package.json": '{"name":"other","version":"1.0.0"}',
    "node_modules/other/index.js": 'globalThis.localStorage ??= { getItem: () => "of another package" };',
  });
  const seen = (definer: string): string => {
    project?.dispose();
    project = makeProject(files(definer));
    project.moat("policy", "--write", "./index.js");
    return project.moat("run", "index.js").stdout;
  };
  expect(seen("")).toBe("none\n");
  expect(seen('Object.defineProperty(global, "localStorage", { value: { getItem: (key) => key + " kept" } });')).toBe(
    "a kept\n",
  );
});

test("a package's options of util.inspect are its own", () => {
  const told = run(
    `require("dep"); console.log(${DEEP}); console.log(require("util").inspect(${DEEP}));`,
    `
      const { inspect } = require("util");
      inspect.defaultOptions.depth = 0;
      inspect.defaultOptions = { depth: 0 };
      inspect({ [inspect.custom](depth, options, real) { try { real.defaultOptions = { depth: 0 }; } catch {} return ""; } });
      console.log(inspect(${DEEP}));`,
  );
  expect(told).toBe("{ a: [Object] }\n{ a: { b: { c: [Object] } } }\n{ a: { b: { c: [Object] } } }\n");
});

test("it takes Node's own warnings away, and a package does not", () => {
  const index = (more: string): string => `require("dep")(); ${more} process.emitWarning("careful");`;
  const dep = 'module.exports = () => { process.removeAllListeners("warning"); process.removeAllListeners(); };';
  const granted = { globals: ["process"], builtins: { process: ["on"] } };
  expect(run(index(""), dep, granted)).toContain("Warning: careful");
  project?.dispose();
  expect(run(index('process.removeAllListeners("warning");'), dep, granted)).toBe("");
});

test("whom its https.globalAgent trusts is trusted in packages' requests, which show nothing of its key", () => {
  const told = run(
    `
      const https = require("https"), fs = require("fs");
      const dep = require("dep");
      const [cert, key] = ["cert.pem", "key.pem"].map((name) => fs.readFileSync(name, "utf8"));
      const server = https.createServer({ cert, key }, (request, response) => response.end("answered")).listen(0, async () => {
        const { port } = server.address();
        console.log(await dep.get(port));
        Object.assign(https.globalAgent.options, { ca: cert, key, checkServerIdentity: undefined });
        https.globalAgent.options.rejectUnauthorized = false;
        console.log(await dep.get(port), await dep.get(port, { rejectUnauthorized: true, ca: "" }), dep.seen());
        server.close();
      });`,
    `
      const https = require("https");
      exports.get = (port, more) => new Promise((resolve) => {
        https.get({ host: "127.0.0.1", port, ...more }, (response) => response.on("data", (data) => resolve(String(data))))
          .on("error", (error) => resolve("refused"));
      });
      exports.seen = () => typeof https.globalAgent.options.key;`,
    { net: { connect: ["*"] } },
    { "cert.pem": cert, "key.pem": key },
  );
  expect(told).toBe("refused\nanswered refused undefined\n");
});
