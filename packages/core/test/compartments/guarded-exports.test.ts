import { expect, test } from "vitest";
import { guardExports } from "../../src/compartments/guarded-exports.ts";
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
