import { describe, expect, it } from "vitest";
import { ownNamespaces } from "../../src/compartments/own-namespaces.ts";
import { makeSharedNames } from "../../src/compartments/shared-names.ts";
import type { Principal } from "../../src/endowments/principal.ts";

const principal = (shares: string[], trusted = false, packages: string[] = []): Principal => ({
  name: "p",
  location: "/p",
  trusted,
  policy: { shares, packages },
  denies: () => true,
});

function globalObject(): Record<PropertyKey, any> {
  return Object.defineProperties({}, ownNamespaces({ Reflect, Math, JSON }));
}

describe("own namespaces", () => {
  it("are extended by one package and not seen by another, nor by the realm", () => {
    const [one, other] = [globalObject(), globalObject()];
    one["Reflect"].metadata = 1;
    one["Math"].random = () => 4;
    expect([one["Reflect"].metadata, one["Math"].random()]).toEqual([1, 4]);
    expect(other["Reflect"].metadata).toBeUndefined();
    expect(other["Math"].random).toBe(Math.random);
    expect("metadata" in Reflect).toBe(false);
  });

  it("hold the same functions and constants, and say what they are", () => {
    const { Math: own, JSON: json } = globalObject();
    expect(own.floor).toBe(Math.floor);
    expect(Object.getOwnPropertyDescriptor(own, "PI")).toMatchObject({ value: Math.PI, writable: false });
    expect(String(json)).toBe("[object JSON]");
  });
});

describe("shared names", () => {
  it("of a test runner are seen by a package that runs the project's modules as its own, and by no other", () => {
    const shared = makeSharedNames(["*"]);
    const [runner, loader, stranger] = [globalObject(), globalObject(), globalObject()];
    const publish = shared.join(principal(["*"]), runner);
    shared.join(principal([]), stranger);
    runner["before"] = 1;
    publish!();
    shared.admitRunner(loader);
    expect([loader["before"], stranger["before"]]).toEqual([1, undefined]);
    runner["after"] = 2;
    loader["mine"] = 3;
    shared.publishAll();
    expect([loader["after"], stranger["after"], "mine" in runner]).toEqual([2, undefined, false]);
  });

  it("appear where both policies list them, and nowhere else", () => {
    const shared = makeSharedNames(["__config"]);
    const [definer, user, stranger] = [globalObject(), globalObject(), globalObject()];
    const publish = shared.join(principal(["__config"]), definer)!;
    shared.join(principal(["__config"]), user);
    expect(shared.join(principal([]), stranger)).toBeUndefined();
    definer["__config"] = { on: true };
    definer["__private"] = 1;
    publish();
    expect(user["__config"]).toBe(definer["__config"]);
    expect("__private" in user).toBe(false);
    expect("__config" in stranger).toBe(false);
    const late = globalObject();
    shared.join(principal([], true), late);
    expect(late["__config"]).toBe(definer["__config"]);
  });

  it("have the value that their definer gives them in the middle of a call, and their own where another sets them", () => {
    const shared = makeSharedNames(["IS_ACT"]);
    const [definer, user, other] = [globalObject(), globalObject(), globalObject()];
    const publish = shared.join(principal(["IS_ACT"]), definer)!;
    shared.join(principal(["IS_ACT"]), user);
    shared.join(principal(["IS_ACT"]), other);
    definer["IS_ACT"] = true;
    publish();
    definer["IS_ACT"] = false;
    expect([user["IS_ACT"], other["IS_ACT"]]).toEqual([false, false]);
    user["IS_ACT"] = "mine";
    definer["IS_ACT"] = true;
    expect([user["IS_ACT"], other["IS_ACT"], definer["IS_ACT"]]).toEqual(["mine", true, true]);
    let looks = 0;
    Object.defineProperty(definer, "IS_ACT", { get: () => (looks += 1) });
    expect([other["IS_ACT"], looks]).toEqual([true, 0]);
  });

  it("belong to whoever was first: another one changes only its own", () => {
    const shared = makeSharedNames(["__config"]);
    const [victim, attacker, user] = [globalObject(), globalObject(), globalObject()];
    const publish = shared.join(principal(["__config"]), victim)!;
    const publishEvil = shared.join(principal(["__config"]), attacker)!;
    shared.join(principal(["__config"]), user);
    victim["__config"] = "good";
    publish();
    attacker["__config"] = "evil";
    publishEvil();
    expect([victim["__config"], user["__config"]]).toEqual(["good", "good"]);
    victim["__config"] = "better";
    publish();
    expect([attacker["__config"], user["__config"]]).toEqual(["evil", "better"]);
  });

  it("of Reflect are what it lacks, never what the language has there", () => {
    const shared = makeSharedNames(["Reflect.*"]);
    const [definer, user] = [globalObject(), globalObject()];
    const publish = shared.join(principal(["Reflect.*"]), definer)!;
    shared.join(principal(["Reflect.*"]), user);
    definer["Reflect"].metadata = () => "m";
    definer["Reflect"].apply = () => "stolen";
    publish();
    expect(user["Reflect"].metadata()).toBe("m");
    expect(user["Reflect"].apply).toBe(Reflect.apply);
  });

  it("of any name are seen by the project alone, and are never Node's or the language's", () => {
    const shared = makeSharedNames(["*"]);
    const [runner, other, project] = [globalObject(), globalObject(), globalObject()];
    shared.join(principal([], true), project);
    shared.join(principal(["*"]), runner);
    shared.join(principal(["*"]), other);
    Object.assign(runner, { describe: 1, fetch: 2, Promise: 3, process: 4, constructor: 5 });
    project["secret"] = 1;
    shared.publishAll();
    expect(Object.getOwnPropertyNames(project).toSorted()).toEqual(["JSON", "Math", "Reflect", "describe", "secret"]);
    expect("describe" in other || "secret" in runner || "secret" in other).toBe(false);
  });

  it("are values: an accessor would run the definer's code at each look of the others", () => {
    const shared = makeSharedNames(["__config"]);
    const [definer, user] = [globalObject(), globalObject()];
    const publish = shared.join(principal(["__config"]), definer)!;
    shared.join(principal(["__config"]), user);
    Object.defineProperty(definer, "__config", { get: () => "spy" });
    publish();
    expect("__config" in user).toBe(false);
  });

  it("may be registered symbols, and Node's own never are", () => {
    const share = "Symbol.for(a.b)";
    const shared = makeSharedNames([share, "*"]);
    const [definer, user, stranger, project] = [globalObject(), globalObject(), globalObject(), globalObject()];
    const publish = shared.join(principal([share, "*"]), definer)!;
    shared.join(principal([share]), user);
    shared.join(principal(["*"]), stranger);
    shared.join(principal([], true), project);
    const [meant, other, dispatcher, own] = [
      Symbol.for("a.b"),
      Symbol.for("other"),
      Symbol.for("undici.globalDispatcher.1"),
      Symbol("a.b"),
    ];
    Object.assign(definer, { [meant]: 1, [other]: 2, [dispatcher]: 3, [own]: 4 });
    publish();
    expect(Object.getOwnPropertySymbols(user)).toEqual([meant]);
    expect(Object.getOwnPropertySymbols(stranger)).toEqual([]);
    expect(Object.getOwnPropertySymbols(project)).toEqual([meant, other]);
  });

  it("that are defined late are there for who looks", () => {
    const shared = makeSharedNames(["__late", "__never", "*"]);
    const [definer, user, project] = [globalObject(), globalObject(), globalObject()];
    shared.join(principal(["__late", "__never", "*"]), definer);
    shared.join(principal(["__late", "__never"]), user);
    shared.join(principal([], true), project);
    expect(["__late" in user, user["__late"], "describe" in project]).toEqual([false, undefined, false]);
    Object.assign(definer, { __late: 1, describe: 2, process: 3 });
    project["__secret"] = 4;
    expect(["__late" in user, user["__late"], "__never" in user]).toEqual([true, 1, false]);
    expect([project["describe"], project["process"]]).toEqual([2, undefined]);
    expect("describe" in user || "__secret" in user || "__secret" in definer).toBe(false);
    expect(["toString" in user, typeof user["hasOwnProperty"]]).toEqual([true, "function"]);
    delete user["__late"];
    expect(user["__late"]).toBe(1);
  });

  it("that the application defines late are seen by who lists them, as values", () => {
    const shared = makeSharedNames(["Symbol.for(a)", "Symbol.for(b)"]);
    const [user, stranger, project] = [globalObject(), globalObject(), globalObject()];
    shared.join(principal(["Symbol.for(a)", "Symbol.for(b)"]), user);
    shared.join(principal(["Symbol.for(b)"]), stranger);
    shared.join(principal([], true), project);
    project[Symbol.for("a")] = 1;
    Object.defineProperty(project, Symbol.for("b"), { get: () => "spy" });
    expect([user[Symbol.for("a")], stranger[Symbol.for("a")]]).toEqual([1, undefined]);
    expect(Symbol.for("b") in user).toBe(false);
  });

  it("of the application are not replaced by a package that may read them", () => {
    const shared = makeSharedNames(["__state"]);
    const [reader, project] = [globalObject(), globalObject()];
    shared.join(principal(["__state"]), reader);
    shared.join(principal([], true), project);
    project["__state"] = "real";
    shared.publishAll();
    reader["__state"] = "replaced";
    shared.publishAll();
    expect(project["__state"]).toBe("real");
    project["__state"] = "newer";
    shared.publishAll();
    expect([project["__state"], reader["__state"]]).toEqual(["newer", "replaced"]);
  });

  it("are one variable for the application and the one package that lists them and loads its modules, and for nobody else", () => {
    const shared = makeSharedNames(["__state", "__several", "__several"]);
    const [tool, other, project] = [globalObject(), globalObject(), globalObject()];
    shared.join(principal(["__state", "__several"], false, ["."]), tool);
    shared.join(principal(["__several"]), other);
    shared.join(principal([], true), project);
    Object.assign(project, { __state: 1, __several: 1 });
    expect([tool["__state"], tool["__several"], other["__several"]]).toEqual([1, 1, 1]);
    Object.assign(tool, { __state: 2, __several: 2 });
    shared.publishAll();
    expect([project["__state"], project["__several"], other["__several"]]).toEqual([2, 1, 1]);
    project["__state"] = 3;
    shared.publishAll();
    expect(tool["__state"]).toBe(3);
  });
});
