import { expect, test } from "vitest";
import { guardExports, guardUnfinished } from "../../src/compartments/guarded-exports.ts";
import { redefineGuarded } from "../../src/compartments/guarded-property.ts";
import { deferredFacade } from "../../src/endowments/deferred-facade.ts";
import { lazyDescriptor } from "../../src/endowments/facade.ts";
import type { Principal } from "../../src/endowments/principal.ts";

const exporter = { name: "victim" } as Principal;

test("exports of which a part could not be made yet are guarded in full the next time", () => {
  let files = 0;
  const late = Object.defineProperty(
    {},
    "late",
    lazyDescriptor("late", () => {
      if (files === 0) throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
      return "made";
    }),
  );
  const exported: any = {
    late,
    Client: class {
      send() {}
    },
    nested: { deep: { verify: () => "own" } },
  };
  const ask = () => false;
  expect(() => guardExports(exported, exporter, ask)).toThrow("too many open files");
  files = 1;
  guardExports(exported, exporter, ask);
  for (const [holder, key] of [
    [exported, "nested"],
    [exported.nested.deep, "verify"],
    [exported.Client.prototype, "send"],
    [late, "late"],
  ])
    expect(() => {
      holder[key] = "mine";
    }, key).toThrow("not allowed by moat's policy");
});

test("what renderers write into a context of React's is state, and nothing else of it is", () => {
  const context = { $$typeof: Symbol.for("react.context"), _currentValue: 1, _currentValue2: 1, Consumer: {} };
  const likeness = { $$typeof: Symbol.for("react.element"), _currentValue: 1 };
  const exported = { context, likeness };
  // As in a cycle, and again once the package has run.
  guardUnfinished(exported, exporter, () => false);
  guardExports(exported, exporter, () => false);
  context._currentValue = 2;
  context._currentValue2 = 3;
  expect([context._currentValue, context._currentValue2]).toEqual([2, 3]);
  for (const [holder, key] of [
    [context, "Consumer"],
    [context, "$$typeof"],
    [likeness, "_currentValue"],
    [exported, "context"],
  ] as [any, string][])
    expect(() => {
      holder[key] = "mine";
    }, key).toThrow("not allowed by moat's policy");
});

test("a member of a facade that is an accessor once it is made is guarded as one", () => {
  const set = (): void => {};
  const own = { get: () => "own", set, enumerable: true, configurable: true };
  const facade = deferredFacade({ Client() {} }, { Client: ["own", ""] }, true, () =>
    Object.defineProperty({}, "Client", own),
  );
  guardExports({ facade }, exporter, () => false);
  const guarded = Object.getOwnPropertyDescriptor(facade, "Client")!;
  expect([(facade as any).Client, guarded.configurable, guarded.set === set]).toEqual(["own", false, false]);
});

test("a facade that a package exports is guarded in a cycle too, as the plain members that it will have", () => {
  const real = { request() {}, promises: { resolve() {} } };
  const facade: any = deferredFacade(real, { request: ["own", ""], promises: ["own", ""] }, true, () => ({
    request: () => "own",
    promises: { resolve: () => "own" },
  }));
  guardUnfinished({ facade }, exporter, () => false);
  expect(() => {
    facade.request = () => "mine";
  }).toThrow("not allowed by moat's policy");
  guardExports({ facade }, exporter, () => false);
  expect(() => {
    facade.promises.resolve = () => "mine";
  }).toThrow("not allowed by moat's policy");
  expect([facade.request(), facade.promises.resolve()]).toEqual(["own", "own"]);
});

test("a lazy export that replaces itself while it is read is what it put there", () => {
  let replace = (): void => {};
  const exported: any = Object.defineProperty({}, "lazy", {
    get() {
      replace();
      return "first";
    },
    configurable: true,
  });
  guardExports(exported, exporter, () => true);
  replace = () => redefineGuarded(exported, "lazy", { value: "final" }, replace, "Object.defineProperty");
  expect([exported.lazy, exported.lazy]).toEqual(["first", "final"]);
});
