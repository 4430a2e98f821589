import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { makeSharedNames } from "../../src/compartments/shared-names.ts";
import type { Principal } from "../../src/endowments/principal.ts";

const principal = (shares: string[], trusted = false): Principal => ({
  name: "p",
  location: "/p",
  trusted,
  policy: { shares },
  denies: () => true,
});

const NAMES = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "Date"];

function globals(own: Record<string, unknown>): Record<PropertyKey, any> {
  const made = {};
  for (const name of NAMES)
    Object.defineProperty(made, name, { value: own[name], writable: true, enumerable: true, configurable: true });
  return made;
}

/** What reached Node's own functions. */
const real: unknown[][] = [];
const ofNode = Object.fromEntries(
  NAMES.map((name) => [name, name === "Date" ? Date : (...args: unknown[]) => real.push([name, ...args])]),
);

function tree(shares: string[], all = ["*", "timers.mock"]) {
  real.length = 0;
  const shared = makeSharedNames(all);
  const [project, mock, user] = [globals(ofNode), globals(ofNode), globals(ofNode)];
  shared.join(principal([], true), project);
  shared.join(principal(shares), mock);
  shared.join(principal([]), user);
  return { project, mock, user };
}

describe("a package that shares timers.mock", () => {
  it("says when timers of other packages run, and sees none of what they hold", () => {
    const { mock, user } = tree(["*", "timers.mock"]);
    const seen: unknown[][] = [];
    const handle = { secret: true };
    mock["setTimeout"] = (...args: unknown[]) => (seen.push(args), handle);
    mock["clearTimeout"] = (...args: unknown[]) => seen.push(args);
    const ran: unknown[] = [];
    const callback = Object.assign((...args: unknown[]) => ran.push(args), { held: 1 });
    const timer = user["setTimeout"](callback, "20", { mine: true });
    const [run, delay, ...more] = seen[0] as [Function, number, ...unknown[]];
    expect([delay, more]).toEqual([20, []]);
    expect(run).not.toBe(callback);
    expect(run("forged")).toBe(undefined);
    expect(ran).toEqual([[{ mine: true }]]);
    expect(Reflect.ownKeys(timer)).toEqual([]);
    user["clearTimeout"](timer);
    expect(seen[1]).toEqual([handle]);
    const others = {};
    user["clearTimeout"](others);
    expect(seen.length).toBe(2);
    expect(real).toEqual([["clearTimeout", others]]);
  });

  it("gets nothing of what timers throw, and gives nothing by what it throws", async () => {
    const { mock, user, project } = tree(["timers.mock"]);
    const uncaught: unknown[] = [];
    const thrown = new Error("with a secret");
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => uncaught.push(error));
    try {
      mock["setTimeout"] = (run: () => void) => run();
      user["setTimeout"](() => {
        throw thrown;
      });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
    expect(uncaught).toEqual([thrown]);
    const hostile = Object.assign(new Error("no room"), { hostile: true });
    mock["setTimeout"] = () => {
      throw hostile;
    };
    let caught: unknown;
    try {
      user["setTimeout"](() => {});
    } catch (error) {
      caught = error;
    }
    expect(caught).not.toBe(hostile);
    expect(caught).toEqual(new Error("the mock clock failed: no room"));
    mock["setTimeout"] = ofNode["setTimeout"];
    let due = (): void => {};
    project["setTimeout"] = (run: () => void) => (due = run);
    user["setTimeout"](() => {
      throw thrown;
    });
    expect(() => due()).toThrow(thrown);
  });

  it("keeps its handles: a timer's class is nobody's way to them, or to other timers", () => {
    const { mock, user } = tree(["timers.mock"]);
    mock["setTimeout"] = () => ({ secret: true });
    const timer = user["setTimeout"](() => {});
    const Class = timer.constructor;
    expect(Reflect.ownKeys(Class).toSorted()).toEqual(["length", "name", "prototype"]);
    expect(() => Object.assign(Class, { handleOf: () => {} })).toThrow(TypeError);
    expect(() => Object.assign(Class.prototype, { stolen: 1 })).toThrow(TypeError);
    expect(Object.values(Object.getOwnPropertyDescriptors(timer))).toEqual([]);
  });

  it("has timers that are promised, and closed, as Node's are", async () => {
    const { mock, user } = tree(["timers.mock"]);
    const due: (() => void)[] = [];
    mock["setTimeout"] = (run: () => void) => due.push(run);
    const promised = promisify(user["setTimeout"])(5, "value" as never);
    let ran = 0;
    const closed = user["setTimeout"](() => ran++, 5).unref();
    expect(closed.hasRef()).toBe(false);
    closed.close();
    for (const run of due) run();
    expect(await promised).toBe("value");
    expect([due.length, ran]).toEqual([2, 0]);
  });

  it("says what time it is, by numbers", () => {
    const { mock, user } = tree(["timers.mock"]);
    class Fixed extends Date {
      constructor() {
        super(5000);
      }
      static override now(): number {
        return { valueOf: () => 5000 } as never;
      }
    }
    mock["Date"] = Fixed;
    const { Date: Seen } = user;
    expect(Seen).toBe(user["Date"]);
    expect([Seen.now(), new Seen().getTime(), new Seen(7).getTime(), Seen.UTC(1970, 0)]).toEqual([5000, 5000, 7, 0]);
    expect(Seen()).toBe(new Date(5000).toString());
    expect(Object.getPrototypeOf(new Seen())).toBe(Date.prototype);
    expect(new Date() instanceof Seen).toBe(true);
    class Mine extends Seen {}
    expect(new Mine() instanceof Mine).toBe(true);
    mock["Date"] = Date;
    expect(user["Date"]).toBe(Date);
  });

  it("leaves to Node what is no function", () => {
    const { mock, user } = tree(["timers.mock"]);
    mock["setTimeout"] = () => {
      throw new Error("not asked");
    };
    user["setTimeout"]("no function", 1);
    expect(real).toEqual([["setTimeout", "no function", 1]]);
  });
});

describe("the clock of packages", () => {
  it("is the application's own mock's, too, where a package shares one", () => {
    const { project, user } = tree(["timers.mock"]);
    project["setImmediate"] = (run: () => void) => run();
    let ran = 0;
    user["setImmediate"](() => ran++);
    expect(ran).toBe(1);
  });

  it("is Node's with any other share, and where nobody shares one", () => {
    for (const { mock, project, user } of [tree(["*"]), tree(["*"], ["*"])]) {
      mock["setTimeout"] = () => "fake";
      expect(user["setTimeout"]).toBe(ofNode["setTimeout"]);
      expect(project["setTimeout"]()).toBe("fake");
    }
  });
});
