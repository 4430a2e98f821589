import { describe, expect, it } from "vitest";
import { guardExports } from "../../src/compartments/guarded-exports.ts";
import { makeSharedWindow, type SharedWindow } from "../../src/compartments/shared-window.ts";
import type { Principal } from "../../src/endowments/principal.ts";

const principal = (policy: Principal["policy"], trusted = false): Principal => ({
  name: "p",
  location: "/p",
  trusted,
  policy,
  denies: () => true,
});
const definer = principal({ shares: ["window.*"] });
const looking = principal({ globals: ["window.*"] });

function join(shared: SharedWindow, who: Principal, names: object = {}): Record<PropertyKey, any> {
  const globalObject = Object.defineProperties({}, Object.getOwnPropertyDescriptors(names));
  shared.join(who, globalObject);
  return globalObject;
}

describe("the window for tests", () => {
  it("is seen by who has it among its globals, and by the application, as it is now", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer);
    const [library, application, stranger] = [
      join(shared, looking),
      join(shared, principal({}, true)),
      join(shared, principal({ globals: ["document"], shares: ["document"] })),
    ];
    let document = "first";
    Object.defineProperty(runner, "document", { get: () => document, configurable: true });
    expect([library["document"], application["document"], "document" in stranger]).toEqual(["first", "first", false]);
    document = "second";
    expect([library["document"], application["document"]]).toEqual(["second", "second"]);
    delete runner["document"];
    expect(["document" in library, "document" in application]).toEqual([false, false]);
  });

  it("is defined by nobody who only looks for it", () => {
    const shared = makeSharedWindow(true);
    const [hostile, library, runner] = [join(shared, looking), join(shared, looking), join(shared, definer)];
    hostile["document"] = "hostile";
    hostile["HTMLElement"] = "hostile";
    expect(["document" in library, "HTMLElement" in library]).toEqual([false, false]);
    runner["document"] = "real";
    expect(library["document"]).toBe("real");
    library["document"] = "own";
    expect(runner["document"]).toBe("real");
  });

  it("is these names alone: nothing else that a runner keeps or was given goes along", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer, { process: 1, Function, confirm: "given" });
    const library = join(shared, looking);
    for (const name of ["__vitest_worker__", "vi", "fetch", "require", "eval", "document"]) runner[name] = name;
    for (const name of ["__vitest_worker__", "vi", "fetch", "require", "eval", "process", "Function", "confirm"])
      expect(library[name], name).toBeUndefined();
    expect(library["document"]).toBe("document");
    expect(library[Symbol.for("document")]).toBeUndefined();
  });

  it("never gives the definer's own global object away", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer, { Function, process: "power", Array });
    const library = join(shared, looking);
    const document = {};
    Object.assign(runner, { document, window: runner, self: runner, HTMLElement: "element" });
    Object.defineProperty(document, "defaultView", { get: () => runner, configurable: true });
    expect([library["window"], library["self"]]).toEqual([library, library]);
    const view = library["document"].defaultView;
    expect([view.HTMLElement, view.document, view.Array]).toEqual(["element", document, Array]);
    expect([view === view.window, view.Function, view.process]).toEqual([true, undefined, undefined]);
    for (const name of ["globalThis", "global", "eval", "constructor", "__proto__"])
      expect(view[name], name).toBeUndefined();
    view.document = "other";
    expect(runner["document"]).toBe(document);
  });

  it("gives nothing of which the definer has its own: others would change it, and take back its timers", () => {
    const shared = makeSharedWindow(true);
    const running = new Set<unknown>(["the definer's", 7]);
    const runner = join(shared, definer, {
      Intl: { DateTimeFormat: "its own" },
      performance: { now: "its own" },
      setTimeout: (made: unknown) => (running.add(made), made),
      clearTimeout: (made: unknown) => running.delete(made),
    });
    const document = {};
    Object.assign(runner, { document });
    Object.defineProperty(document, "defaultView", { get: () => runner, configurable: true });
    const view = join(shared, looking)["document"].defaultView;
    expect([view.Intl, view.performance, view.setTimeout === runner["setTimeout"]]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    const handle = {};
    for (const made of [handle, 8]) expect(view.setTimeout(made)).toBe(made);
    expect(running).toEqual(new Set(["the definer's", 7, handle, 8]));
    for (const made of ["the definer's", 7, handle, 8, {}]) view.clearTimeout(made);
    expect(running).toEqual(new Set(["the definer's", 7]));
  });

  it("covers a document before other packages run, whoever asks first", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer, { process: "power" });
    const document: { defaultView?: any } = {};
    Object.assign(runner, { document });
    shared.cover();
    Object.defineProperty(document, "defaultView", { get: () => runner, configurable: true });
    shared.cover();
    expect([document.defaultView === runner, document.defaultView.process]).toEqual([false, undefined]);
  });

  it("stands in for Node's classes that its elements take, while it is there", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer, { Event: "node's" });
    const library = join(shared, looking, { Event: "node's", fetch: "its own" });
    expect(library["Event"]).toBe("node's");
    Object.assign(runner, { Event: "window's", fetch: "window's" });
    expect([library["Event"], library["fetch"]]).toEqual(["window's", "its own"]);
    runner["Event"] = "node's";
    expect(library["Event"]).toBe("node's");
    library["Event"] = "mine";
    expect([library["Event"], runner["Event"]]).toEqual(["mine", "node's"]);
  });

  it("makes its requests by what a mock of the network has in their place, for whom that may carry requests", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer, {});
    const connect = { connect: ["a.example:443"] };
    const mock = join(shared, principal({ globals: ["window.*"], shares: ["http.client"], net: connect }));
    const library = join(shared, principal({ globals: ["window.*"], net: connect }));
    const narrower = join(shared, looking);
    expect("document" in mock || typeof mock["XMLHttpRequest"] !== "undefined").toBe(false);
    runner["XMLHttpRequest"] = "window's";
    const before = Object.getOwnPropertyDescriptor(mock, "XMLHttpRequest")!;
    mock["XMLHttpRequest"] = "mock's";
    expect([library["XMLHttpRequest"], narrower["XMLHttpRequest"]]).toEqual(["mock's", "window's"]);
    Object.defineProperty(mock, "XMLHttpRequest", before);
    expect([library["XMLHttpRequest"], mock["XMLHttpRequest"]]).toEqual(["window's", "window's"]);
  });

  it("has classes that stay as they are when a library exports one that extends them", () => {
    const shared = makeSharedWindow(true);
    const runner = join(shared, definer);
    const library = join(shared, looking);
    class HTMLElement {
      focus(): void {}
    }
    Object.assign(runner, { HTMLElement, document: {} });
    class Exported extends library["HTMLElement"] {
      own(): void {}
    }
    guardExports({ Exported }, { ...principal({}), name: "library" }, () => false);
    HTMLElement.prototype.focus = function patched() {};
    expect(HTMLElement.prototype.focus.name).toBe("patched");
    expect(() => {
      Exported.prototype.own = () => {};
    }).toThrow("own");
  });

  it("costs nothing where no policy speaks of it", () => {
    const application = join(makeSharedWindow(false), principal({}, true), { Event: 1 });
    expect(Object.getPrototypeOf(application)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(application, "Event")).toHaveProperty("value", 1);
  });
});
