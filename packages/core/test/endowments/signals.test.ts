import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { afterEach, describe, expect, test, vi } from "vitest";
import { principalProcess } from "../../src/endowments/process/process.ts";
import { signalNumber } from "../../src/endowments/process/signals.ts";
import { makeChildProcess } from "../../src/endowments/subprocess/child-process.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";
import { contextOf } from "./principal-context.ts";
import { fakeContext } from "./subprocess-context.ts";

const { SIGUSR1, SIGTERM } = constants.signals;
const EPERM = { code: "EPERM", syscall: "kill", errno: -constants.errno.EPERM };
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function setUp(policy: PackagePolicy = {}) {
  const kill = vi.fn(() => true);
  const context = contextOf(
    { builtins: { process: ["kill"] }, ...policy },
    { process: { kill }, shared: new Map<string, unknown>() },
  );
  return { kill, context, own: principalProcess(context) as NodeJS.Process };
}

/** A process that has started another one, and the number of that. */
async function startTree(): Promise<[child: number, grandchild: number]> {
  const child = spawn("sh", ["-c", "sleep 60 & echo $!; wait"], { stdio: ["ignore", "pipe", "ignore"] });
  started.push(child);
  const text = await new Promise<string>((done) => child.stdout.once("data", (data) => done(String(data))));
  return [child.pid!, Number(text)];
}

describe("process.kill of a package that is granted it", () => {
  test("ends the program, as who cleans up does", () => {
    const { own, kill, context } = setUp();
    own.kill(process.pid, "SIGTERM");
    own.kill(String(process.pid) as never);
    expect(kill.mock.calls).toEqual([
      [process.pid, SIGTERM],
      [process.pid, SIGTERM],
    ]);
    expect(context.denials).toEqual([]);
  });

  // HAZARD: the script that started the program is in its group.
  test("of its group, ends what is its own, itself last", async () => {
    const { own, kill, context } = setUp();
    const [shell, sleep] = await startTree();
    own.kill(0, "SIGINT");
    const signalled = kill.mock.calls.map(([pid]: unknown[]) => pid);
    expect(signalled.at(-1)).toBe(process.pid);
    expect(signalled).not.toContain(0);
    expect(signalled).not.toContain(process.ppid);
    if (existsSync("/proc")) expect(signalled).toEqual(expect.arrayContaining([shell, sleep]));
    expect(context.denials).toEqual([]);
    const other = setUp({ commands: ["kill"] });
    other.own.kill(0, "SIGINT");
    expect(other.kill.mock.calls).toEqual([[0, constants.signals.SIGINT]]);
  });

  // HAZARD: who connects to it evaluates what he likes, past every policy.
  test.each([
    ["by its name", process.pid, "SIGUSR1"],
    ["by its number", process.pid, SIGUSR1],
    ["by a number that becomes one", process.pid, SIGUSR1 + 0.5],
    ["by another that does", process.pid, SIGUSR1 + 2 ** 32],
    ["in its group", 0, "SIGUSR1"],
    ["in its parent", process.ppid, "SIGUSR1"],
    ["by a text for a number", String(process.pid), "SIGUSR1"],
    ["by what is a name when it is asked", process.pid, { toString: () => "SIGUSR1" }],
  ])("opens no debugger: %s", (_, pid, signal) => {
    const { own, kill, context } = setUp();
    expect(() => own.kill(pid as number, signal as string)).toThrow(expect.objectContaining(EPERM));
    expect(kill).not.toHaveBeenCalled();
    expect(context.denials).toEqual([expect.objectContaining({ capability: "command", target: "kill" })]);
  });

  test("of a signal that is another one each time it is asked, Node is told what was looked at", () => {
    const { own, kill } = setUp();
    let asked = 0;
    own.kill(process.ppid, { toString: () => (asked++ === 0 ? "SIGNONE" : "SIGUSR1") } as never);
    expect(kill.mock.calls).toEqual([[process.ppid, "SIGNONE"]]);
  });

  test("ends no process but this program's own", () => {
    const { own, kill } = setUp();
    for (const pid of [-1, 1, -process.ppid, process.ppid])
      expect(() => own.kill(pid, "SIGKILL")).toThrow(expect.objectContaining(EPERM));
    expect(kill).not.toHaveBeenCalled();
    // Whether it is there, locks ask.
    own.kill(process.ppid, 0);
    expect(kill.mock.calls).toEqual([[process.ppid, 0]]);
  });

  test("ends what it has started and what these have, after their parents too", async () => {
    const [child, grandchild] = await startTree();
    const { own, kill, context } = setUp();
    own.kill(child, "SIGTERM");
    const ended = new Promise((done) => started[0]!.once("close", done));
    started[0]!.kill("SIGKILL");
    // Its output ends with what it has started; that is still there.
    await new Promise((done) => started[0]!.once("exit", done));
    own.kill(grandchild, "SIGTERM");
    own.kill(-child, "SIGTERM");
    expect(kill).toHaveBeenCalledTimes(3);
    expect(context.denials).toEqual([]);
    process.kill(grandchild, "SIGKILL");
    await ended;
  });

  test("sends what it likes where it may run the program kill", () => {
    const { own, kill } = setUp({ commands: ["kill"] });
    own.kill(process.pid, "SIGUSR1");
    own.kill(1, "SIGTERM");
    expect(kill.mock.calls).toEqual([
      [process.pid, SIGUSR1],
      [1, SIGTERM],
    ]);
  });

  test("what Node refuses, it refuses", () => {
    const { own, kill } = setUp();
    let asked = 0;
    const given = [undefined, null, 1.5, Number.NaN, { valueOf: () => (asked++, process.pid) }, [process.pid]];
    for (const pid of given) own.kill(pid as number, "SIGTERM");
    expect(asked).toBe(0);
    expect(kill.mock.calls.every(([pid]: unknown[]) => !Number.isInteger(pid))).toBe(true);
    own.kill(process.pid, "SIGNONE");
    expect(kill).toHaveBeenLastCalledWith(process.pid, "SIGNONE");
    expect(signalNumber("sigusr1")).toBe(SIGUSR1);
    expect(signalNumber("constructor")).toBeUndefined();
  });
});

describe("a package's child", () => {
  const setUpChild = (commands: string[]) => {
    const context = fakeContext({ policy: { commands } });
    return { cp: makeChildProcess(context) as typeof import("node:child_process"), context };
  };
  /** Lives on where it gets SIGUSR1, and says so. */
  const script = ["-c", "trap 'echo opened' USR1; echo ready; while :; do sleep 0.05; done"];

  test("opens no debugger by a signal", async () => {
    const { cp, context } = setUpChild(["sh"]);
    const child = cp.spawn("sh", script);
    started.push(child);
    let text = "";
    child.stdout.on("data", (data) => (text += String(data)));
    await new Promise((done) => child.stdout.once("data", done));
    const failures: unknown[] = [];
    child.on("error", (error: NodeJS.ErrnoException) => failures.push(error.code));
    expect(child.kill("SIGUSR1")).toBe(false);
    expect(child.kill("sigusr1" as NodeJS.Signals)).toBe(false);
    expect(child.kill(SIGUSR1)).toBe(false);
    const handle = (child as any)._handle;
    expect(handle.kill(SIGUSR1)).toBeLessThan(0);
    let asked = 0;
    expect(handle.kill({ valueOf: () => (asked++ === 0 ? 0 : SIGUSR1) })).toBe(0);
    await new Promise((done) => setTimeout(done, 150));
    expect(text).toBe("ready\n");
    expect(failures).toEqual(["EACCES", "EACCES", "EACCES"]);
    expect(context.denials).toContainEqual(expect.objectContaining({ capability: "command", target: "kill" }));
    expect(child.kill()).toBe(true);
    expect(await new Promise((done) => child.on("exit", (_, signal) => done(signal)))).toBe("SIGTERM");
  });

  test.each(["SIGUSR1", "sigusr1", SIGUSR1])("opens none by what ends it: %s", (killSignal) => {
    const { cp, context } = setUpChild(["sh"]);
    const options = { timeout: 300, killSignal: killSignal as NodeJS.Signals, encoding: "utf8" as const };
    const { stdout, signal } = cp.spawnSync("sh", script, options);
    expect({ stdout, signal }).toEqual({ stdout: "ready\n", signal: "SIGTERM" });
    expect(context.denials).toContainEqual(expect.objectContaining({ capability: "command", target: "kill" }));
  });

  test("gets any signal where the program kill may be run", async () => {
    const { cp, context } = setUpChild(["sh", "kill"]);
    const child = cp.spawn("sh", script);
    started.push(child);
    await new Promise((done) => child.stdout.once("data", done));
    expect(child.kill("SIGUSR1")).toBe(true);
    expect(String(await new Promise((done) => child.stdout.once("data", done)))).toBe("opened\n");
    expect(context.denials).toEqual([]);
  });
});
