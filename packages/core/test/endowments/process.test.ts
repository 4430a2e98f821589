import { EventEmitter } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { principalProcess } from "../../src/endowments/process/process.ts";
import { contextOf } from "./principal-context.ts";
import type { TestOptions } from "./principal-context.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";

/** A stand-in for the real process that notes what is done to it. */
function standIn() {
  const emitter = new EventEmitter();
  const calls: string[] = [];
  const note = (name: string) => vi.fn((...args: unknown[]) => void calls.push(`${name}(${args.join()})`));
  const members: Record<string, any> = { env: { ...process.env }, exitCode: undefined, title: "node" };
  for (const name of [
    "exit",
    "reallyExit",
    "abort",
    "kill",
    "chdir",
    "setuid",
    "binding",
    "dlopen",
    "setUncaughtExceptionCaptureCallback",
    "umask",
  ])
    members[name] = note(name);
  for (const name of ["on", "emit", "removeListener", "listenerCount"] as const)
    members[name] = (...args: unknown[]) => (emitter as any)[name](...args);
  return { members, calls, emitter };
}

function setUp(policy: PackagePolicy = {}, options: TestOptions = {}, siblingPolicy: PackagePolicy = {}) {
  const stand = standIn();
  const shared = new Map<string, unknown>();
  const context = contextOf(policy, { ...options, process: stand.members, shared });
  const sibling = contextOf(siblingPolicy, { process: stand.members, shared });
  Object.defineProperty(sibling.powers, "process", { value: context.powers.process });
  return { ...stand, context, process: principalProcess(context) as any, sibling: principalProcess(sibling) as any };
}

describe("a package's process", () => {
  it("is an emitter called process, like the real one", () => {
    const { process: own } = setUp();
    expect(own).toBeInstanceOf(EventEmitter);
    expect(Object.prototype.toString.call(own)).toBe("[object process]");
    expect(own.cwd()).toBe(process.cwd());
    expect(own.versions).toEqual({ ...process.versions });
    expect(own.hrtime()).toHaveLength(2);
    expect(typeof own.hrtime.bigint()).toBe("bigint");
    expect(own.memoryUsage.rss()).toBeGreaterThan(0);
    own.versions.node = "0";
    expect(process.versions.node).not.toBe("0");
  });

  it.each([
    ["exit", [42]],
    ["reallyExit", [42]],
    ["abort", []],
    ["kill", [1, "SIGTERM"]],
    ["chdir", ["/"]],
    ["setuid", [0]],
    ["binding", ["spawn_sync"]],
    ["dlopen", [{}, "x.node"]],
    ["setUncaughtExceptionCaptureCallback", [() => {}]],
    ["umask", [0]],
  ])("%s does nothing without a grant, and says so", (name, args) => {
    const { process: own, calls, context } = setUp();
    expect(() => own[name](...(args as unknown[]))).toThrow(expect.objectContaining({ code: "ERR_ACCESS_DENIED" }));
    expect(calls).toEqual([]);
    expect(context.denials).toHaveLength(1);
  });

  it("exit and exitCode work where they are granted, and not beyond", () => {
    const { process: own, calls, members, context } = setUp({ builtins: { process: ["exit"] } });
    own.exit(3);
    own.exitCode = 4;
    expect(calls).toEqual(["exit(3)"]);
    expect(context.powers.process.exitCode).toBe(4);
    expect(members["kill"]).not.toHaveBeenCalled();
    expect(() => own.kill(1)).toThrow();
    expect(members["kill"]).not.toHaveBeenCalled();
  });

  it("an exit code that is not granted stays its own affair", () => {
    const { process: own, context, sibling } = setUp();
    own.exitCode = 42;
    expect(own.exitCode).toBe(42);
    expect(context.powers.process.exitCode).toBeUndefined();
    expect(sibling.exitCode).toBeUndefined();
  });

  it("under audit the use goes through and is recorded", () => {
    const { process: own, calls, context } = setUp({}, { audit: true });
    own.chdir("/somewhere");
    expect(calls).toEqual(["chdir(/somewhere)"]);
    expect(context.denials).toEqual([expect.objectContaining({ target: "process.chdir" })]);
  });

  it.each([
    "mainModule",
    "moduleLoadList",
    "_debugProcess",
    "_kill",
    "_tickCallback",
    "_events_",
    "_preload_modules",
    "_fatalException",
    "channel",
  ])("has no %s", (name) => {
    expect(setUp().process[name]).toBeUndefined();
  });

  it("shows no handles and no environment of others", () => {
    const { process: own } = setUp();
    expect(own._getActiveHandles()).toEqual([]);
    const report = own.report.getReport();
    expect(Object.keys(report)).toEqual(["header", "sharedObjects"]);
    expect(JSON.stringify(report)).not.toContain(process.env["PATH"]!);
    expect(report.header.commandLine).toBeUndefined();
    expect(own.report.writeReport).toBeUndefined();
  });

  it("getBuiltinModule gives the package's own facades, by policy", () => {
    const { process: own, context } = setUp({ builtins: { path: true } });
    expect(own.getBuiltinModule("node:path")).toBe(context.builtin("path"));
    expect(own.getBuiltinModule("nothing")).toBeUndefined();
    expect(() => own.getBuiltinModule("fs")).toThrow(expect.objectContaining({ code: "MOAT_BUILTIN_DENIED" }));
  });
});

describe("events of process", () => {
  const foreign = [
    "unhandledRejection",
    "uncaughtException",
    "uncaughtExceptionMonitor",
    "rejectionHandled",
    "warning",
    "message",
    "multipleResolves",
  ];

  it.each([...foreign, "SIGINT", "SIGTERM"])("%s is not heard without a grant", (event) => {
    const { process: own, emitter, context } = setUp();
    const heard = vi.fn();
    for (const method of ["on", "once", "addListener", "prependListener", "prependOnceListener"])
      own[method](event, heard);
    // Nobody listens to the real process: default handling stays as it is.
    expect(emitter.listenerCount(event)).toBe(0);
    emitter.emit(event, { password: "secret" });
    expect(heard).not.toHaveBeenCalled();
    expect(context.denials[0]).toMatchObject({ capability: "process", target: event });
  });

  it("patching emit shows a package its own events only", () => {
    const { process: own, emitter, sibling } = setUp();
    const seen: unknown[] = [];
    own.emit = (event: string) => void seen.push(event);
    sibling.on("exit", () => {});
    emitter.emit("unhandledRejection", { password: "secret" });
    emitter.emit("exit", 0);
    expect(seen).toEqual(["exit"]);
  });

  it("a granted event is heard, by name or through `on`", () => {
    for (const grant of ["SIGINT", "on", "once"]) {
      const { process: own, emitter } = setUp({ builtins: { process: [grant] } });
      const heard = vi.fn();
      own.once("SIGINT", heard);
      expect(emitter.listenerCount("SIGINT")).toBe(1);
      emitter.emit("SIGINT", "SIGINT", 2);
      expect(heard).toHaveBeenCalledExactlyOnceWith("SIGINT", 2);
      expect(emitter.listenerCount("SIGINT")).toBe(0);
    }
  });

  it("listeners of others can be neither seen nor removed", () => {
    const { process: own, sibling, emitter } = setUp();
    const exit = vi.fn();
    sibling.on("exit", exit);
    expect(own.listeners("exit")).toEqual([]);
    own.removeAllListeners("exit");
    own.removeAllListeners();
    own.removeListener("exit", exit);
    emitter.emit("exit", 7);
    expect(exit).toHaveBeenCalledExactlyOnceWith(7);
  });

  it("a signal tells how many others listen, and hands out none of their listeners", () => {
    const signals = { builtins: { process: ["on"] } };
    const { process: own, sibling, emitter } = setUp(signals, {}, signals);
    const theirs = vi.fn();
    sibling.on("SIGTERM", theirs);
    own.on("SIGTERM", () => {});
    expect([own.listenerCount("SIGTERM"), own.listeners("SIGTERM").length]).toEqual([2, 2]);
    const [, other] = own.listeners("SIGTERM");
    expect(other).not.toBe(theirs);
    expect(Object.isFrozen(other)).toBe(true);
    own.removeListener("SIGTERM", other);
    own.on("SIGINT", other);
    expect(emitter.listenerCount("SIGINT")).toBe(0);
    emitter.emit("SIGTERM");
    expect(theirs).toHaveBeenCalledOnce();
  });

  it("what a package puts in the place of its lists of listeners neither runs nor is counted", () => {
    const signals = { builtins: { process: ["on"] } };
    const { process: own, sibling } = setUp(signals, {}, signals);
    const trap = vi.fn(() => ({ length: "many" }));
    sibling.on("SIGTERM", () => {});
    const replacements = [
      new Proxy({}, { get: trap, getOwnPropertyDescriptor: trap }),
      { SIGTERM: { length: "many" } },
      { SIGTERM: new Proxy([], { get: trap }) },
      Object.defineProperty({}, "SIGTERM", { get: trap }),
    ];
    for (const events of replacements) {
      sibling._events = events;
      expect([own.listenerCount("SIGTERM"), own.listeners("SIGTERM")]).toEqual([0, []]);
    }
    Object.defineProperty(sibling, "_events", { get: trap });
    expect(own.listenerCount("SIGTERM")).toBe(0);
    expect(trap).not.toHaveBeenCalled();
  });

  it("copies of signal-exit, which listen for all signals, do not leave one to each other", () => {
    const signals = { builtins: { process: ["on"] } };
    const { process: own, sibling } = setUp(signals, {}, signals);
    for (const one of [own, sibling]) for (const signal of ["SIGTERM", "SIGALRM"]) one.on(signal, () => {});
    expect(own.listeners("SIGTERM")).toHaveLength(1);
  });

  it("an exit code that is so already may be said by everybody", () => {
    const { process: own, context } = setUp();
    own.exitCode = 0;
    expect([own.exitCode, context.denials]).toEqual([0, []]);
    own.exitCode = 3;
    expect(context.denials).toHaveLength(1);
  });

  it("a listener that throws does not keep the event from others", () => {
    const { process: own, sibling, emitter } = setUp();
    const heard = vi.fn();
    own.on("beforeExit", () => {
      throw new Error("mine");
    });
    sibling.on("beforeExit", heard);
    expect(() => emitter.emit("beforeExit", 0)).toThrow("mine");
    expect(heard).toHaveBeenCalledOnce();
  });

  it("emit reaches nobody else; a trusted emit speaks for the process", () => {
    const { process: own, sibling, emitter } = setUp();
    const theirs = vi.fn();
    sibling.on("beforeExit", theirs);
    own.emit("beforeExit", 0);
    expect(theirs).not.toHaveBeenCalled();

    const trusted = setUp({}, { trusted: true });
    const heard = vi.fn();
    trusted.process.on("SIGTERM", heard);
    trusted.process.emit("SIGTERM", "SIGTERM");
    expect(heard).toHaveBeenCalledExactlyOnceWith("SIGTERM");
    expect(emitter.listenerCount("SIGTERM")).toBe(0);
  });
});
