/** What the application and packages add to the language for everybody, and who may not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeProject, type Project } from "../cli/project-fixture.ts";

let project: Project | undefined;
afterEach(() => project?.dispose());

interface Tree {
  /** The application's entry. */
  readonly index: string;
  /** The one module of each package. */
  readonly packages?: Readonly<Record<string, string>>;
  /** What the policy lists; where it is not given, moat writes one. */
  readonly granted?: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

function makeTree({ index, packages = {}, granted, files = {}, env }: Tree): Project {
  const names = Object.keys(packages);
  const modules = names.flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0" })],
    [`node_modules/${name}/index.js`, packages[name]!],
  ]);
  const dependencies = Object.fromEntries(names.map((name) => [name, "1.0.0"]));
  const policy = { version: 1, root: "trusted", entries: ["./index.js"], packages: granted };
  return makeProject(
    {
      "package.json": JSON.stringify({ name: "app", dependencies }),
      "index.js": index,
      ...Object.fromEntries(modules),
      ...files,
      ...(granted && { "moat.policy.json": JSON.stringify(policy) }),
    },
    env,
  );
}

test("the application's own methods are there for all, with the policy that moat writes", () => {
  project = makeTree({
    index: `
      require("./sloppy.js"); require("./strict.js");
      console.log("abc".capitalize(), [1, 2].last(), [1, 2].first, (7).twice(), new Set([1]).listed(), Promise.later());
      console.log(JSON.stringify({ big: 1n, date: new Date(0), error: new Error("e"), map: new Map([[1, 2]]) }));
      console.log(require("reader")(), Object.keys([]).length, "own" in {}, Date.prototype.toJSON.name);
      const list = []; list.last = "own"; console.log(list.last, [3].last());
      for (const key in "a") console.log(key);`,
    packages: {
      reader: 'module.exports = () => "reads".capitalize() + [4].last() + [5].first;',
    },
    files: {
      "sloppy.js": `
      String.prototype.capitalize = function () { return this[0].toUpperCase() + this.slice(1); };
      Array.prototype.last = function () { return this[this.length - 1]; };
      Date.prototype.toJSON = function replaced() { return "date"; };
      var numbers = Number.prototype;
      numbers.twice = function () { return this * 2; };
      BigInt.prototype["toJSON"] = function () { return String(this); };
      Array.prototype.__defineGetter__("first", function () { return this[0]; });`,
      "strict.js": `
      "use strict";
      Object.defineProperty(Error.prototype, "toJSON", { value() { return this.message; }, configurable: true });
      Object.assign(Map.prototype, { toJSON() { return [...this]; } });
      Object.defineProperties(Set.prototype, { listed: { value() { return [...this].join(); } } });
      Promise.later = () => "later";`,
    },
  });
  expect(project.moat("policy", "--write", "./index.js").code).toBe(0);
  const written = JSON.parse(readFileSync(join(project.folder, "moat.policy.json"), "utf8"));
  expect(written.packages["."].shares).toContain("Date.prototype.toJSON");
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe(
    [
      "Abc 2 1 14 1 later",
      '{"big":"1","date":"date","error":"e","map":[[1,2]]}',
      "Reads45 0 false replaced",
      "own 3",
      "0\n",
    ].join("\n"),
  );
  expect(stderr).toBe("");
});

test("a package adds what its policy lists, for everybody, by names that can be seen", () => {
  project = makeTree({
    index: 'require("colours"); console.log("x".red, "x".link, "x".big, require("reader"), Date.noon());',
    packages: {
      colours: `
      const add = (name, value) => { Date[name] = value; };
      add("noon", () => 12);
      Object.defineProperty(String.prototype, "red", { get() { return "red " + this; } });
      String.prototype.__defineGetter__("link", function () { return "link " + this; });
      String.prototype.big = "big";
      if (!String.prototype.trim) String.prototype.trim = () => "never";`,
      reader: 'module.exports = "y".red;',
    },
  });
  project.moat("policy", "--write", "./index.js");
  const written = JSON.parse(readFileSync(join(project.folder, "moat.policy.json"), "utf8"));
  expect(written.packages.colours).toEqual({
    shares: ["Date.noon", "String.prototype.big", "String.prototype.link", "String.prototype.red"],
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("red x link x big red y 12\n");
});

test("methods are added to Node's classes, by a package where the project uses such a member", () => {
  project = makeTree({
    index: `
      const http = require("http");
      http.ServerResponse.prototype.reply = function (value) { this.end(JSON.stringify(value)); };
      require("colours"); require("hostile");
      const server = http.createServer((req, res) => {
        req.own = 1;
        const own = http.IncomingMessage.prototype.hasOwnProperty("own");
        res.reply([req.isSigned(), typeof req["helper"], typeof req._construct, Buffer.from("a").doubled(), own]);
      });
      server.listen(0, async () => {
        console.log(await (await fetch("http://127.0.0.1:" + server.address().port)).text());
        server.close();
      });
      Buffer.prototype.doubled = function () { return this.toString() + this; };`,
    packages: {
      colours: `
      const { IncomingMessage } = require("http");
      IncomingMessage.prototype.isSigned = function () { return this.method + " signed"; };
      IncomingMessage.prototype.helper = () => 1;
      IncomingMessage.prototype._construct = () => 1;`,
      hostile: `
      const { IncomingMessage } = require("http");
      for (const name of "isSigned reply on".split(" ")) try { IncomingMessage.prototype[name] = () => "evil"; } catch {}`,
    },
  });
  project.moat("policy", "--write", "./index.js");
  const { packages } = JSON.parse(readFileSync(join(project.folder, "moat.policy.json"), "utf8"));
  expect([packages["."].shares, packages.colours.shares, packages.hostile.shares]).toEqual([
    ["Buffer.prototype.doubled", "http.ServerResponse.prototype.reply"],
    ["http.IncomingMessage.prototype.isSigned"],
    undefined,
  ]);
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe('["GET signed","undefined","undefined","aa",false]\n');
});

test("what is evaluated in a context adds in the name of who evaluates it", () => {
  project = makeTree({
    index: 'require("colours")(require("hostile")); console.log(({}).should);',
    packages: {
      colours: `
      const vm = require("vm");
      module.exports = (define) => {
        const run = (text) => vm.runInContext(text, vm.createContext({ define }));
        try { run('define("should", { value: 1 })'); } catch {}
        run('Object.defineProperty(Object.prototype, "should", { get() { return "added"; } })');
        try { run('define("should", { value: 1 })'); } catch {}
      };`,
      hostile: "module.exports = Object.defineProperty.bind(null, Object.prototype);",
    },
    granted: {
      colours: { builtins: { vm: true }, shares: ["Object.prototype.should"] },
      hostile: {},
    },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("added\n");
});

/** Ways to write to `String.prototype.red` and `Array.prototype.last`, none of which changes anything. */
const WAYS = `
  const evil = () => "evil";
  const tries = [
    () => { String.prototype.red = evil; },
    () => { "use strict"; String.prototype.red = evil; },
    () => { "use strict"; const name = "red"; String.prototype[name] = evil; },
    () => Object.defineProperty(String.prototype, "red", { value: evil }),
    () => Object.defineProperties(String.prototype, { red: { value: evil } }),
    () => Reflect.defineProperty(String.prototype, "red", { get: evil }),
    () => Reflect.set(String.prototype, "red", evil),
    () => Object.assign(String.prototype, { red: evil }),
    () => String.prototype.__defineGetter__("red", evil),
    () => String.prototype.__defineSetter__("red", evil),
    () => String.prototype.__lookupSetter__("red")?.call(String.prototype, evil),
    () => Object.getOwnPropertyDescriptor(String.prototype, "red").set?.call(String.prototype, evil),
    () => { delete String.prototype.red; },
    () => Object.setPrototypeOf(String.prototype, { red: evil }),
    () => [1].forEach(Reflect.set.bind(null, String.prototype, "red", evil)),
    () => { [].last.call = evil; },
    () => { [].last.call = [].last.apply = evil; },
    () => Object.defineProperty([].last, "call", { value: evil }),
    () => { Array.prototype.last = evil; },
    () => { Array.prototype.push = evil; },
    () => { Array.prototype.at = evil; },
    () => { Object.prototype.polluted = evil; },
  ];
  for (const attempt of tries) try { attempt(); } catch {}`;

test.each([
  ["without a grant", {}],
  ["that may add the same names, after others did", { shares: ["Array.prototype.last", "String.prototype.red"] }],
  ["whose policy names what the language has", { shares: ["Array.prototype.at", "Array.prototype.push"] }],
])("a package %s changes nothing of it", (_, granted) => {
  project = makeTree({
    index: `
      Array.prototype.last = function () { return this[this.length - 1]; };
      require("colours"); require("hostile");
      const list = []; list.push(1);
      console.log("x".red, [1, 2].last(), [].last.call([3]), list.at(0), ({}).polluted);`,
    packages: {
      colours: 'String.prototype.__defineGetter__("red", function () { return "red " + this; });',
      hostile: WAYS,
    },
    granted: {
      ".": { shares: ["Array.prototype.last"] },
      colours: { shares: ["String.prototype.red"] },
      hostile: granted,
    },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("red x 2 3 1 undefined\n");
});

test("a setter that a package adds is its own, and nobody's way to write in its name", () => {
  project = makeTree({
    index: `
      require("colours"); require("hostile");
      const own = {}; own.should = 5;
      console.log(({ a: 1 }).should, own.should, Object.keys(own).join());`,
    packages: {
      colours: `
      Object.defineProperty(Object.prototype, "should", {
        get() { return "should " + this.a; },
        set(value) { Object.defineProperty(this, "should", { value, enumerable: true }); },
        configurable: true,
      });`,
      hostile: `
      for (const attempt of [
        () => Object.getOwnPropertyDescriptor(Object.prototype, "should").set.call(Object.prototype, "evil"),
        () => { Object.prototype.should = "evil"; },
      ]) try { attempt(); } catch {}`,
    },
    granted: { colours: { shares: ["Object.prototype.should"] }, hostile: {} },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("should 1 5 should\n");
});

test.each([
  ["Object.prototype.then", "of each value that is awaited"],
  ["Array.prototype.then", "of each list that is"],
  ["Object.prototype.has", "of a proxy's handler, which would show it what is behind"],
  ["Object.prototype.apply", "of a proxy's handler"],
])("what the language asks is nobody's to add: %s, %s", (share) => {
  project = makeTree({ index: "", granted: { hostile: { shares: [share] } } });
  const { code, stderr } = project.moat("run", "index.js");
  expect([code, stderr]).toEqual([2, expect.stringContaining(`"${share}" in shares`)]);
});

test("a method that is bound to the language's object adds nothing in the name of who calls it on another", () => {
  project = makeTree({
    index: `
      try { require("hostile").__defineGetter__("own", () => 1); } catch {}
      require("colours");
      console.log("x".red);`,
    packages: {
      colours: 'String.prototype.__defineGetter__("red", function () { return "red " + this; });',
      hostile:
        'exports.__defineGetter__ = Object.prototype.__defineGetter__.bind(String.prototype, "red", () => "evil");',
    },
    granted: { colours: { shares: ["String.prototype.red"] }, hostile: {} },
  });
  expect(project.moat("run", "index.js").stdout).toBe("red x\n");
});

test("who may add a name as well does not replace the application's by a descriptor that has it add first", () => {
  project = makeTree({
    index: `
      require("hostile")(() => { Array.prototype.last = () => "application"; });
      console.log([1].last());`,
    packages: {
      hostile: `
      let reads = 0;
      module.exports = (ask) => Object.defineProperty(Array.prototype, "last", {
        get value() { if (++reads === 2) ask(); return () => "evil"; },
      });`,
    },
    granted: {
      ".": { shares: ["Array.prototype.last"] },
      hostile: { shares: ["Array.prototype.last"] },
    },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("application\n");
});

test("functions that an added getter gives are as little another's to change as those that are added", () => {
  project = makeTree({
    index: `
      require("colours"); require("hostile");
      console.log("x".style(), "x".style.call("y"), "x".style.bold());`,
    packages: {
      colours: `
      const style = () => "style";
      style.bold = () => "bold";
      Object.defineProperty(String.prototype, "style", { get: () => style });`,
      hostile: `
      const evil = () => "evil";
      for (const attempt of [
        () => { "".style.call = evil; },
        () => { "".style.bold = evil; },
        () => Object.defineProperty("".style, "bold", { value: evil }),
        () => Object.setPrototypeOf("".style, { __proto__: Function.prototype, call: evil }),
      ]) try { attempt(); } catch {}`,
    },
    granted: { colours: { shares: ["String.prototype.style"] }, hostile: {} },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("style style bold\n");
});

// `crypto.sign` looks for a padding and a `saltLength` on the key that it is given, which may be a text.
test("what a package adds to texts is not there for Node, which asks a private key for it", () => {
  project = makeTree({
    index: `
      const seen = require("hostile");
      const { generateKeyPairSync, sign } = require("crypto");
      const { privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 1024,
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
      });
      console.log(sign("sha256", "data", privateKey).length, "x".padding, "x".saltLength, seen.length);`,
    packages: {
      hostile: `
      const seen = (module.exports = []);
      Object.defineProperty(String.prototype, "padding", { get() { seen.push(this); return 1; } });
      String.prototype.saltLength = "evil";`,
    },
    granted: { hostile: { shares: ["String.prototype.padding", "String.prototype.saltLength"] } },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout, stderr).toBe("128 1 evil 1\n");
});

// moat and Node read `context.worker` and its like off objects that have none, and write lists of moat's as JSON.
test("what a package adds to all objects is there for packages and the application, and not for moat and Node", () => {
  const names = [
    "Object.prototype.worker",
    "Object.prototype.asking",
    "Object.prototype.seen",
    "Array.prototype.toJSON",
    "Error.prototype.code",
  ];
  project = makeTree({
    env: { SECRET: "secret" },
    index: `
      require("hostile");
      console.log(require("reader"), { a: 1 }.worker, JSON.stringify([1]));
      setTimeout(() => console.log({}.seen), 300);`,
    packages: {
      reader: 'module.exports = Reflect.get({ b: 1 }, "worker");',
      hostile: `
      const seen = new Set();
      const see = (object) => void (object !== null && typeof object === "object" && seen.add(Object.keys(object).join()));
      for (const name of ["worker", "asking"])
        Object.defineProperty(Object.prototype, name, { get() { see(this); return name; }, set() { see(this); } });
      Object.defineProperty(Object.prototype, "seen", { get: () => [...seen].sort().join(" ") });
      Object.defineProperty(Array.prototype, "toJSON", { value() { see(this); return ["SECRET"]; } });
      Error.prototype.code = "EVIL";
      console.log(new RangeError("").code);
      const { Worker } = require("worker_threads");
      new Worker("console.log(process.env.SECRET)", { eval: true });
      try { require("./not-there.js"); } catch {}`,
    },
    granted: {
      hostile: {
        globals: ["console", "process"],
        builtins: { worker_threads: ["Worker"] },
        workers: true,
        shares: names,
      },
      reader: {},
    },
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stdout.split("\n").sort(), stderr).toEqual(
    ["", "0 a b", "EVIL", "undefined", 'worker worker ["SECRET"]'].sort(),
  );
});

test("what waits for acceptance is denied, and let through by --audit", () => {
  project = makeTree({
    index: 'try { require("colours"); } catch {} console.log("x".red);',
    packages: {
      colours: 'String.prototype.__defineGetter__("red", function () { return "red " + this; });',
    },
    granted: { colours: { pending: { shares: ["String.prototype.red"] } } },
  });
  expect(project.moat("run", "index.js").stdout).toBe("undefined\n");
  const { stdout, stderr } = project.moat("run", "--audit", "index.js");
  expect([stdout, stderr]).toEqual(["red x\n", expect.stringContaining("String.prototype.red")]);
});

/** A test double that can be told what to answer, and keeps what it is called with. */
const DOUBLE = `
exports.calls = [];
exports.stub = (object, name) => {
  const original = object[name];
  const double = function (...args) { exports.calls.push([this, ...args]); return double.answer; };
  double.answers = (answer) => { double.answer = answer; };
  Object.defineProperty(object, name, { value: double });
  double.restore = () => Object.defineProperty(object, name, { value: original });
  if (object[name] !== double) throw new Error("not in place");
  double.told = true;
  return double;
};`;
const DOUBLED = {
  double: { shares: ["Date.now", "Date.prototype.toLocaleString", "Date.prototype.valueOf"] },
  evil: { globals: ["console"] },
  reader: {},
};

test("a test double is what all are answered by, sees no objects of others, and is told what to answer by nobody else", () => {
  project = makeTree({
    index: `
      const { stub, calls } = require("double");
      const reader = require("reader");
      const now = stub(Date, "now");
      now.answers(5);
      console.log(Date.now(), Date.now === now, reader.now());
      require("evil");
      console.log(Date.now(), Date.now === now, reader.now());
      now.answers({ an: "object" });
      console.log(reader.now() > 1e12);
      const text = stub(Date.prototype, "toLocaleString");
      text.answers("text");
      calls.length = 0;
      const options = { timeZone: "UTC" };
      console.log(reader.text("en"), reader.text("en", options) === "text");
      console.log(calls.length, calls[0][0] === reader.date, calls[0][0].getTime(), calls[0][1]);
      text.restore();
      now.restore();
      console.log(Date.now() > 1e12, reader.now() > 1e12, Object.getOwnPropertyDescriptor(Date, "now").value === Date.now);
      Date.now = () => 7;
      console.log(Date.now(), reader.now());`,
    packages: {
      double: DOUBLE,
      reader: `
        const date = exports.date = new Date(3);
        exports.now = () => Date.now();
        exports.text = (...args) => date.toLocaleString(...args);`,
      evil: `
        "use strict";
        for (const found of [Date.now, Object.getOwnPropertyDescriptor(Date, "now").value, Reflect.get(Date, "now")])
          for (const attack of [() => found.answers(0), () => { found.answer = 0; }, () => found.restore()])
            try { attack(); console.log("through"); } catch {}
        Date.now = () => 0;
        Object.defineProperty(Date, "now", { value: () => 0 });`,
    },
    granted: DOUBLED,
  });
  const { stdout, stderr } = project.moat("run", "index.js");
  expect(stderr).toContain("evil may not add for everybody Date.now");
  expect(stdout.split("\n"), stderr).toEqual([
    "5 true 5",
    "5 true 5",
    "true",
    "text false",
    "1 false 3 en",
    "true true true",
    "7 7",
    "",
  ]);
});

test("no accessor of a package takes the place of a method of dates", () => {
  project = makeTree({
    index: `require("double"); console.log(new Date(3).valueOf());`,
    packages: {
      double: `
        try { Object.defineProperty(Date.prototype, "valueOf", { get() { console.log("called on", this); return () => 1; } }); }
        catch {}`,
    },
    granted: { double: DOUBLED.double },
  });
  expect(project.moat("run", "index.js").stdout).toBe("3\n");
});

test("what a spec replaces of the language's own, the policy that moat writes lets its test doubles replace", () => {
  project = makeTree({
    index: `
      const { stub } = require("sinon");
      stub(globalThis.Date, "now").answers(5);
      stub(Number.prototype, "toFixed").answers("fixed");
      stub(Array.prototype, "at");
      console.log(Date.now(), (1).toFixed(2));`,
    packages: { sinon: DOUBLE, other: "" },
  });
  expect(project.moat("policy", "--write", "./index.js").code).toBe(0);
  const written = JSON.parse(readFileSync(join(project.folder, "moat.policy.json"), "utf8"));
  expect(written.packages.sinon.shares).toEqual(["Date.now", "Number.prototype.toFixed"]);
});
