import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { timerFunctions } from "../../src/endowments/timers.ts";
import { contextOf } from "./principal-context.ts";

const mine = timerFunctions(contextOf({})) as any;
const theirs = timerFunctions(contextOf({})) as any;

/** Everything that can be reached from a value by own properties and prototypes. */
function reachable(root: unknown): Set<unknown> {
  const seen = new Set<unknown>();
  const queue = [root];
  while (queue.length > 0) {
    const next = queue.pop();
    if (next === null || (typeof next !== "object" && typeof next !== "function") || seen.has(next)) continue;
    seen.add(next);
    queue.push(Object.getPrototypeOf(next));
    for (const key of Reflect.ownKeys(next)) queue.push(Object.getOwnPropertyDescriptor(next, key)!.value);
  }
  return seen;
}

describe("timers", () => {
  it("a handle does not lead to other packages' timers", () => {
    const secret = (): void => {};
    const victim = theirs.setTimeout(secret, 50_000);
    const handle = mine.setTimeout(() => {}, 50_000);
    const immediate = mine.setImmediate(() => {});
    const found = new Set([...reachable(handle), ...reachable(immediate)]);
    expect(found.has(victim)).toBe(false);
    expect(found.has(secret)).toBe(false);
    theirs.clearTimeout(victim);
    mine.clearTimeout(handle);
    mine.clearImmediate(immediate);
  });

  it("a callback's `this` is the package's own handle", async () => {
    await new Promise<void>((resolve) => {
      const handle: object = mine.setTimeout(
        function (this: unknown, value: string) {
          expect(this).toBe(handle);
          expect(value).toBe("argument");
          resolve();
        },
        1,
        "argument",
      );
    });
  });

  it("an id clears one's own timer and nobody else's", async () => {
    let fired = "";
    const victim = theirs.setTimeout(() => {
      fired += "theirs ";
    }, 5);
    const own = mine.setTimeout(() => {
      fired += "mine ";
    }, 5);
    mine.clearTimeout(+victim);
    mine.clearTimeout(String(+own));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fired).toBe("theirs ");
  });

  it("the handles' classes can't be patched", () => {
    const prototype = Object.getPrototypeOf(mine.setTimeout(() => {}, 0));
    expect(() => {
      prototype.unref = () => {};
    }).toThrow(TypeError);
    expect(prototype).toBe(Object.getPrototypeOf(theirs.setTimeout(() => {}, 0)));
  });

  it("behaves as Node's", async () => {
    const handle = mine.setTimeout(() => {}, 50_000);
    expect(handle.unref()).toBe(handle);
    expect(handle.hasRef()).toBe(false);
    expect(handle.ref().hasRef()).toBe(true);
    expect(handle.refresh()).toBe(handle);
    handle.close();
    handle[Symbol.for("nodejs.dispose")]?.();
    let count = 0;
    await new Promise<void>((resolve) => {
      const interval = mine.setInterval(() => {
        count += 1;
        if (count === 3) {
          mine.clearInterval(interval);
          resolve();
        }
      }, 1);
    });
    expect(count).toBe(3);
    expect(await promisify(mine.setTimeout)(1, "value")).toBe("value");
    expect(await promisify(mine.setImmediate)("value")).toBe("value");
    expect(() => mine.setTimeout("text")).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" }));
    expect(() => mine.clearTimeout(undefined)).not.toThrow();
    expect([mine.setTimeout.name, mine.clearTimeout.name]).toEqual(["setTimeout", "clearTimeout"]);
  });

  it("the module and the globals are the same functions", () => {
    const context = contextOf({ builtins: { timers: true } });
    expect(context.builtin("timers").setTimeout).toBe((timerFunctions(context) as any).setTimeout);
    expect(context.builtin("timers").promises).toBe(context.builtin("timers/promises"));
    expect("enroll" in context.builtin("timers")).toBe(false);
  });
});
