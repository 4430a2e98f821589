import { afterEach, describe, expect, it } from "vitest";
import {
  formatWithSharedHook,
  hasSharedStackHook,
  sharedStackHook,
  shareStackHook,
} from "../../src/compartments/shared-stack-hook.ts";

const app = { trusted: true, shares: false };
const mapper = { trusted: false, shares: true };
const other = { trusted: false, shares: false };

afterEach(() => shareStackHook(app, undefined));

describe("one package's Error.prepareStackTrace for everybody", () => {
  it("is nobody's without the share", () => {
    shareStackHook(other, () => "taken over");
    expect(hasSharedStackHook()).toBe(false);
    expect(formatWithSharedHook(new Error("x"), [])).toBeUndefined();
  });

  it("shows a package neither the error nor its message", () => {
    const seen: unknown[] = [];
    shareStackHook(mapper, (error: Error, sites: unknown) => {
      seen.push(error, sites, error.message, JSON.stringify(error), String(error));
      return `${error.name}: ${error.message}\n    at mapped`;
    });
    const error = new RangeError("the secret");
    const sites = [{}];
    expect(formatWithSharedHook(error, sites)).toEqual({ stack: "RangeError: the secret\n    at mapped" });
    expect(seen).not.toContain(error);
    expect(seen[0]).toBeInstanceOf(Error);
    expect(seen.map(String).join()).not.toContain("secret");
  });

  it("keeps that where the application puts the package's hook back", () => {
    const seen: unknown[] = [];
    shareStackHook(mapper, (error: unknown) => String(seen.push(error)));
    const hook = sharedStackHook(app);
    shareStackHook(app, () => "for a while");
    shareStackHook(app, hook);
    const error = new Error("the secret");
    expect(formatWithSharedHook(error, [])).toEqual({ stack: "1" });
    expect(seen).not.toContain(error);
  });

  it("takes text alone from a package, and survives its failures", () => {
    shareStackHook(mapper, () => ({ toString: () => "object" }));
    expect(formatWithSharedHook(new Error("x"), [])).toBeUndefined();
    shareStackHook(mapper, () => {
      throw new Error("from the hook");
    });
    expect(formatWithSharedHook(new Error("x"), [])).toBeUndefined();
    shareStackHook(mapper, () => `${formatWithSharedHook(new Error("inner"), [])?.stack as string}`);
    expect(formatWithSharedHook(new Error("x"), [])).toEqual({ stack: "undefined" });
  });

  it("gives the application's hook the error itself", () => {
    const sites = [{}];
    shareStackHook(app, (error: unknown, given: unknown) => [error, given]);
    const error = new Error("x");
    expect(formatWithSharedHook(error, sites)).toEqual({ stack: [error, sites] });
  });

  it("survives hostile names and messages", () => {
    shareStackHook(mapper, (error: Error) => `${error.name}: ${error.message}`);
    const error = Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("getter");
      },
    });
    expect(formatWithSharedHook(error, [])).toEqual({ stack: "Error: " });
    expect(formatWithSharedHook(Object.assign(new Error("x"), { name: Symbol("s") }), [])).toEqual({
      stack: "Error: x",
    });
  });

  it("is not shown to packages that take no part", () => {
    shareStackHook(mapper, () => "text");
    expect(sharedStackHook(other)).toBeUndefined();
    expect(sharedStackHook(mapper)).toBeTypeOf("function");
  });
});
