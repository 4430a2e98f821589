import { describe, expect, it } from "vitest";
import { ownNamespaces } from "../../src/compartments/own-namespaces.ts";
import { makeSharedNames } from "../../src/compartments/shared-names.ts";
import type { Principal } from "../../src/endowments/principal.ts";

const principal = (shares: string[], trusted = false): Principal => ({
  name: "p",
  location: "/p",
  trusted,
  policy: { shares },
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
});
