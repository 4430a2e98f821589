import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

const VICTIM = `
  exports.verify = (text) => text === "signed";
  exports.defaults = { url: "https://bank.example/", verify: true, nested: { depth: 1 }, proxy: undefined };
  class Victim { check() { return "real" } get id() { return "real" } static make() { return new Victim() } }
  class Heir extends Victim { own() { return "real" } }
  function Older() {}
  Older.prototype.check = function () { return "real" };
  exports.Victim = Victim; exports.Heir = Heir; exports.Older = Older;
  exports.format = Object.assign(() => "real", { strict: () => "real", options: { level: 1 } });
  class Hidden { check() { return "real" } }
  exports.single = new Hidden();
  let loaded = 0;
  Object.defineProperty(exports, "lazy", { enumerable: true, configurable: true, get() {
    loaded += 1; const value = () => "real"; Object.defineProperty(exports, "lazy", { value }); return value;
  } });
  exports.loads = () => loaded;
  exports.level = 1;
  Older.__defineGetter__("mode", () => "first");
  exports.changeItself = () => { Older.__defineGetter__("mode", () => "second"); exports.level = 2; exports.level++; Object.assign(exports.defaults, { nested: { depth: 2 } }); exports.later = 1; return exports.level };`;

const MODULE = `
  export default { verify: (text) => text === "signed", deep: { url: "real" } };
  export const table = { url: "real" };
  export class Exported { check() { return "real" } }
  let count = 0; export const increase = () => (count += 1); export { count };`;

const UNCHANGED = `
  const victim = require("victim"), module = await import("victim/module.mjs");
  const { Victim, Heir, Older } = victim, { Exported } = module;
  assert(victim.verify("forged") === false && victim.verify("signed"), "verify");
  assert(victim.defaults.url === "https://bank.example/" && victim.defaults.verify === true && victim.defaults.nested.depth === 1 && victim.defaults.proxy === undefined, "defaults");
  assert(new Victim().check() === "real" && new Victim().id === "real" && Victim.make() instanceof Victim && new Victim().constructor === Victim, "class");
  assert(new Heir().check() === "real" && new Heir().own() === "real" && new Older().check() === "real" && new Older() instanceof victim.Older, "heirs");
  assert(victim.format() === "real" && victim.format.strict() === "real" && victim.format.options.level === 1, "function");
  assert(victim.single.check() === "real", "singleton");
  assert(victim.lazy() === "real", "lazy");
  assert(module.default.verify("forged") === false && module.default.deep.url === "real" && module.table.url === "real" && new Exported().check() === "real", "module");`;

const grants = { packages: ["victim"], builtins: { vm: true, events: true, timers: true } };
const files = { "node_modules/victim/index.js": VICTIM, "node_modules/victim/module.mjs": MODULE };

/** Each way to change a property, for each place that holds one. */
const WAYS: Readonly<Record<string, string>> = {
  assignment: "holder[key] = mine",
  "a compound assignment": "holder[key] &&= mine",
  destructuring: "({ a: holder[key] } = { a: mine })",
  "a loop's head": "for (holder[key] of [mine]);",
  defineProperty: "Object.defineProperty(holder, key, { value: mine })",
  "defineProperty with an accessor": "Object.defineProperty(holder, key, { get: () => mine })",
  defineProperties: "Object.defineProperties(holder, { [key]: { value: mine } })",
  "Object.assign": "Object.assign(holder, { [key]: mine })",
  "Reflect.set": "Reflect.set(holder, key, mine)",
  "Reflect.defineProperty": "Reflect.defineProperty(holder, key, { value: mine })",
  __defineGetter__: "holder.__defineGetter__(key, () => mine)",
  __defineSetter__: "holder.__defineSetter__(key, mine)",
  delete: "delete holder[key]",
  "Reflect.deleteProperty": "Reflect.deleteProperty(holder, key)",
  "a proxy": "new Proxy(holder, {})[key] = mine",
  "a definition on a proxy": "Object.defineProperty(new Proxy(holder, {}), key, { value: mine })",
  "a setter that descriptors show": "Object.getOwnPropertyDescriptor(holder, key).set.call(holder, mine)",
  "a setter that is looked up": "holder.__lookupSetter__(key).call(holder, mine)",
  "a class field": "new (class extends (function () { return holder }) { [key] = mine })()",
  super: "({ __proto__: holder, m() { super[key] = mine } }).m.call(holder)",
  "evaluated text": "new Function('holder', 'key', 'mine', 'holder[key] = mine')(holder, key, mine)",
  "text in the application's name":
    "require('vm').runInThisContext('(holder, key, mine) => { holder[key] = mine }', { filename: APP })(holder, key, mine)",
  "text in the victim's name":
    "require('vm').runInThisContext('(holder, key, mine) => { holder[key] = mine }', { filename: VICTIM })(holder, key, mine)",
  "a timer":
    "const set = Reflect.set.bind(null, holder, key, mine); await new Promise((done) => { setTimeout(() => { try { set() } catch {} done() }, 0) })",
  "a promise": "await Promise.resolve().then(Reflect.set.bind(null, holder, key, mine))",
  "a method of arrays":
    "Array.prototype.fill.call(new Proxy({ length: 1 }, { set: () => Reflect.set(holder, key, mine) }), 0)",
};

const PLACES = `
  const victim = require("victim"), module = await import("victim/module.mjs"); const mine = () => "mine";
  const places = [
    [victim, "verify"], [victim, "lazy"], [victim, "Victim"], [victim.defaults, "url"], [victim.defaults, "verify"], [victim.defaults, "proxy"], [victim.defaults.nested, "depth"],
    [victim.Victim.prototype, "check"], [victim.Victim.prototype, "id"], [victim.Victim.prototype, "constructor"], [victim.Victim, "make"], [victim.Victim, "prototype"],
    [victim.Heir.prototype, "own"], [victim.Older.prototype, "check"], [victim.Older, "prototype"], [victim.format, "strict"], [victim.format.options, "level"],
    [Object.getPrototypeOf(victim.single), "check"], [module.default, "verify"], [module.default.deep, "url"], [module.table, "url"], [module.Exported.prototype, "check"],
  ];`;

test("no form of change reaches what another package exports", async () => {
  const techniques = Object.fromEntries(
    Object.entries(WAYS).map(([name, way]) => [
      name,
      `${PLACES} for (const [holder, key] of places) { try { ${way} } catch {} }`,
    ]),
  );
  const damage = await attack({ techniques, grants, files, aftermath: UNCHANGED });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.stderr).toContain(
    "moat: hostile may not change the exports of victim (verify); to allow it: moat allow hostile change victim\n",
  );
});

test("what the application is handed to call or to assign to does not write in its name", async () => {
  const damage = await attack({
    techniques: {},
    grants,
    files: {
      ...files,
      "node_modules/hostile/bound.js": `
        const victim = require("victim"), mine = () => true;
        exports.call = Reflect.set.bind(null, victim, "verify", mine);
        exports.assign = Object.assign.bind(null, victim, { verify: mine });
        exports.defineProperty = Object.defineProperty.bind(null, victim, "verify", { value: mine });
        exports.__defineGetter__ = Object.prototype.__defineGetter__.bind(victim, "verify", () => mine);
        exports.assigned = Object.defineProperties({}, {
          a: { set: Reflect.set.bind(null, victim, "verify", mine) }, b: { set: Object.assign.bind(null, victim, { verify: mine }) },
          c: { set: Object.defineProperty.bind(null, victim, "verify", { value: mine }) },
        });
        exports.read = new Proxy(victim, { get: Reflect.set });
        exports.target = new Proxy({}, { set: Reflect.set.bind(null, victim, "verify", mine), defineProperty: Object.assign.bind(null, victim, { verify: mine }) });`,
    },
    aftermath: `
      const bound = require("hostile/bound.js");
      for (const use of [() => bound.call("x"), () => bound.assign({}), () => bound.defineProperty(), () => bound.__defineGetter__("x", () => {}), () => { bound.assigned.a = 1 }, () => { bound.assigned.b = 1 }, () => { bound.assigned.c = 1 },
        () => bound.read.verify, () => { bound.target.x = 1 }, () => Object.assign(bound.target, { x: 1 }), () => Object.defineProperty(bound.target, "x", { value: 1 }),
        () => Object.assign(bound.assigned, { a: 1, b: 1, c: 1 }), () => [1].forEach(bound.call)]) try { use() } catch {}
      ${UNCHANGED}`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("who assigns what an export is already changes nothing, and is not told off", async () => {
  const damage = await attack({
    techniques: {
      same: `"use strict"; const victim = require("victim"); victim.verify = victim.verify; victim.defaults.url = "https://bank.example/";
        for (const mine of ["https://bank.example", Object("https://bank.example/")]) { try { victim.defaults.url = mine; return process } catch {} }`,
    },
    grants,
    files,
    aftermath: UNCHANGED,
  });
  expect(damage).toMatchObject(NOTHING);
  expect(damage.stderr).not.toContain("(verify)");
});

test("the package itself, the application and whom the policy names may change exports", async () => {
  const damage = await attack({
    techniques: {
      granted: `const victim = require("victim"); victim.defaults.url = "granted"; Object.defineProperty(victim.Victim.prototype, "check", { value: () => "granted" })`,
    },
    grants: { ...grants, changes: ["victim"] },
    files,
    aftermath: `
      const victim = require("victim"), module = await import("victim/module.mjs");
      assert(victim.defaults.url === "granted" && new victim.Victim().check() === "granted", "granted");
      assert(victim.changeItself() === 3 && victim.defaults.nested.depth === 2 && victim.later === 1 && victim.Older.mode === "second", "itself");
      assert(victim.lazy() === "real" && victim.lazy() === "real" && victim.loads() === 1, "lazy");
      victim.verify = () => "mine"; Object.assign(victim.defaults, { url: "mine" }); Reflect.set(victim, "level", 9); Object.defineProperty(victim.Older.prototype, "check", { value: () => "mine" });
      assert(victim.verify() === "mine" && victim.defaults.url === "mine" && victim.level === 9 && new victim.Older().check() === "mine", "application");
      new Proxy(victim, {}).verify = () => "through"; assert(victim.verify() === "through", "a proxy of the application's");
      class Mine extends victim.Victim { constructor() { super(); this.check = () => "own" } } assert(new Mine().check() === "own", "instances");
      const child = Object.create(victim.defaults); child.url = "child"; assert(child.url === "child" && victim.defaults.url === "mine", "heirs");
      module.increase(); assert(module.count === 1, "live bindings");
      assert(JSON.stringify(victim.defaults) === '{"url":"mine","verify":true,"nested":{"depth":2}}' && Object.keys({ ...victim }).includes("verify"), "copies");
      const { inspect } = require("util");
      assert(inspect(victim.defaults) === "{ url: 'mine', verify: true, nested: { depth: 2 }, proxy: undefined }", "inspection: " + inspect(victim.defaults));
      assert(inspect(victim.format) === "[Function (anonymous)] {\\n  strict: [Function: strict],\\n  options: { level: 1 }\\n}", "inspection: " + inspect(victim.format));
      assert(inspect(victim.Heir) === "[class Heir extends Victim]" && inspect(new victim.Heir()) === "Heir {}", "inspection of classes");
      const descriptor = Object.getOwnPropertyDescriptor(victim, "verify"); assert(descriptor.writable && descriptor.configurable && descriptor.value() === "through", "descriptors");`,
  });
  expect(damage).toMatchObject(NOTHING);
});

test("a package that is imported by the victim finds what the victim has exported so far, and changes none of it", async () => {
  const damage = await attack({
    techniques: {
      cycle: `"use strict"; const victim = require("victim"), { outcomes } = require("./cycle.js"); for (const holder of [victim.nested, victim.verify]) try { holder.added = () => "mine"; outcomes.push("changed added") } catch {} return outcomes.join()`,
    },
    grants,
    files: {
      "moat.policy.json": JSON.stringify({
        version: 1,
        root: "trusted",
        entries: ["./index.js"],
        packages: { hostile: { globals: ["console", "setTimeout"] }, victim: { packages: ["hostile"] } },
      }),
      "node_modules/victim/index.js": `
        exports.verify = (text) => text === "signed"; exports.later = void 0; exports.defaults = { url: "real" }; exports.nested = {}; exports.verify.own = {}; exports.count = 0;
        class Victim { check() { return "real" } } exports.Victim = Victim; exports.Older = function () {}; exports.Older.prototype.check = () => "real";
        require("hostile/cycle.js");
        exports.later = () => "real"; exports.nested.added = exports.verify.added = () => "real"; exports.count = 1; Object.defineProperty(exports, "defaults", { value: { ...exports.defaults, more: 1 } });
        Object.defineProperty(Victim.prototype, "late", { get: () => "real" }); exports.Older.prototype.own = () => "real"; exports.Older.prototype.constructor = exports.Older;`,
      "node_modules/hostile/cycle.js": `"use strict";
        const victim = require("victim"), mine = () => "mine"; exports.outcomes = [];
        for (const [holder, key] of [[victim, "verify"], [victim.defaults, "url"], [victim.Victim.prototype, "check"], [victim.Older.prototype, "check"], [victim, "Victim"], [victim, "later"]]) {
          try { holder[key] = mine; exports.outcomes.push("changed " + key) } catch {}
          try { Object.defineProperty(holder, key, { value: mine }); exports.outcomes.push("defined " + key) } catch {}
        }
        for (const key of ["verify", "defaults", "Victim"]) try { delete victim[key]; exports.outcomes.push("deleted " + key) } catch {}`,
    },
    aftermath: `
      const victim = require("victim");
      assert(outcomes.cycle === "", "outcomes: " + outcomes.cycle);
      assert(victim.verify("forged") === false && victim.verify("signed") && victim.defaults.url === "real" && new victim.Victim().check() === "real" && new victim.Older().check() === "real", "changed");
      assert(victim.later() === "real" && victim.nested.added() === "real" && victim.verify.added() === "real" && victim.count === 1 && victim.defaults.more === 1 && new victim.Victim().late === "real" && new victim.Older().own() === "real", "the victim itself");`,
  });
  expect(damage).toMatchObject(NOTHING);
});
