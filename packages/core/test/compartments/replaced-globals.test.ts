import { describe, expect, it } from "vitest";
import { guardExports } from "../../src/compartments/guarded-exports.ts";
import { keepShown } from "../../src/compartments/replaced-globals.ts";
import { makeSharedNames } from "../../src/compartments/shared-names.ts";
import { lazyDescriptor } from "../../src/endowments/facade.ts";
import type { Principal } from "../../src/endowments/principal.ts";

const principal = (shares: string[], trusted = false): Principal => ({
  name: "p",
  location: "/p",
  trusted,
  policy: { shares },
  denies: () => true,
});

const [own, given, fake] = [() => "own", () => "given", () => "fake"];
const withTimer = (value: unknown): Record<PropertyKey, any> =>
  Object.defineProperty({}, "setTimeout", { value, writable: true, enumerable: true, configurable: true });

function tree(runnerShares: string[]) {
  const shared = makeSharedNames(["*", "__config"]);
  const [project, runner, bystander] = [withTimer(own), withTimer(given), withTimer(given)];
  shared.join(principal([], true), project);
  shared.join(principal(runnerShares), runner);
  shared.join(principal([]), bystander);
  return { project, runner, bystander };
}

describe("timers that a test runner replaces", () => {
  it("are the project's while they are replaced, and nobody else's", () => {
    const { project, runner, bystander } = tree(["*"]);
    expect(project["setTimeout"]).toBe(own);
    runner["setTimeout"] = fake;
    expect([project["setTimeout"], bystander["setTimeout"]]).toEqual([fake, given]);
    runner["setTimeout"] = given;
    expect(project["setTimeout"]).toBe(own);
  });

  it("are not the project's without the share", () => {
    const { project, runner } = tree(["__config"]);
    runner["setTimeout"] = fake;
    expect(project["setTimeout"]).toBe(own);
  });

  it("are the project's again once its own test double is taken away", () => {
    const { project, runner } = tree(["*"]);
    const double = (): string => "double";
    // As lockdown has `Object.defineProperty` do.
    const define = (value: unknown): void => {
      Object.defineProperty(project, "setTimeout", { value, writable: true, enumerable: true, configurable: true });
      keepShown(project, "setTimeout");
    };
    for (const put of [define, (value: unknown) => (project["setTimeout"] = value)]) {
      put(double);
      expect(project["setTimeout"]).toBe(double);
      put(own);
      runner["setTimeout"] = fake;
      expect(project["setTimeout"]).toBe(fake);
      put(double);
      put(fake);
      runner["setTimeout"] = given;
      expect(project["setTimeout"]).toBe(own);
    }
  });

  it("are not looked for behind accessors, which would run at each look", () => {
    const { project, runner } = tree(["*"]);
    let looks = 0;
    Object.defineProperty(runner, "setTimeout", { get: () => (looks += 1), configurable: true });
    expect(project["setTimeout"]).toBe(own);
    expect(looks).toBe(0);
  });

  it("are found on a global object that its package exports, also those that were never read before", () => {
    const { project, runner } = tree(["*"]);
    Object.defineProperty(
      runner,
      "setTimeout",
      lazyDescriptor("setTimeout", () => given),
    );
    guardExports({ global: runner }, principal([]), () => true);
    expect(project["setTimeout"]).toBe(own);
    runner["setTimeout"] = fake;
    expect(project["setTimeout"]).toBe(fake);
    runner["setTimeout"] = given;
    expect(project["setTimeout"]).toBe(own);
  });

  it("give way to what the project itself puts there", () => {
    const { project, runner } = tree(["*"]);
    const mine = () => "mine";
    project["setTimeout"] = mine;
    runner["setTimeout"] = fake;
    expect(project["setTimeout"]).toBe(mine);
  });
});
