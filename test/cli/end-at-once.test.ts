import { EventEmitter } from "node:events";
import { afterEach, expect, test } from "vitest";
import { endAtOnce } from "../../packages/core/src/launching/end-at-once.ts";
import { makeProject, type Outcome, type Project } from "./project-fixture.ts";

interface FakeProcess {
  readonly process: EventEmitter;
  /** How often the process was ended at once. */
  readonly ended: () => number;
}

function started(given: object = {}): FakeProcess {
  let ended = 0;
  const members = {
    execArgv: [],
    env: {},
    moduleLoadList: ["NativeModule fs"],
    dlopen: () => {},
    exit: () => void ended++,
    ...given,
  };
  const process = Object.assign(new EventEmitter(), members);
  process.once("exit", () => expect(ended).toBe(0));
  endAtOnce({ process } as never);
  return { process, ended: () => ended };
}

test("a program that has come to its end is ended after moat's own listeners", () => {
  const { process, ended } = started();
  process.emit("beforeExit", 0);
  process.emit("beforeExit", 0);
  process.emit("exit", 0);
  expect(ended()).toBe(1);
});

test.each<[why: string, given: object, then: (process: EventEmitter) => void, code: number]>([
  ["an error that is to be printed", {}, () => {}, 1],
  ["somebody who listens since", {}, (process) => void process.on("exit", () => {}), 0],
  ["somebody who listens", {}, (process) => void process.prependListener("exit", () => {}).emit("beforeExit", 0), 0],
  ["an addon", {}, (process) => (process as NodeJS.Process).dlopen({}, "x.node"), 0],
  ["a database", { moduleLoadList: ["NativeModule sqlite"] }, () => {}, 0],
  ["a debugger", { execArgv: ["--inspect"] }, () => {}, 0],
  ["flags in the environment", { env: { NODE_OPTIONS: "--cpu-prof" } }, () => {}, 0],
])("%s leaves the end to node", (_why, given, then, code) => {
  const { process, ended } = started(given);
  process.emit("beforeExit", 0);
  then(process);
  process.emit("exit", code);
  expect(ended()).toBe(0);
});

let project: Project;
afterEach(() => project?.dispose());
function run(text: string): Outcome {
  project = makeProject({ "package.json": '{"name":"app"}', "index.js": text });
  project.moat("policy", "--write", "index.js");
  return project.moat("run", "index.js");
}

test("the smallest programs end well", () => {
  expect(run(`console.log("hello"); setTimeout(() => console.log("later"), 1);`)).toEqual({
    code: 0,
    stdout: "hello\nlater\n",
    stderr: "",
  });
});

test("listeners, what they leave in promises, exit codes and errors are as under node", () => {
  expect(run(`process.on("exit", async () => { await null; console.log(1); await null; console.log(2); });`)).toEqual({
    code: 0,
    stdout: "1\n2\n",
    stderr: "",
  });
  const again = `let more = true; process.on("beforeExit", () => { console.log("before"); if (more) { more = false; setTimeout(later, 1); } });`;
  expect(
    run(
      `${again} const later = () => process.on("exit", (code) => console.log("exit", code)); process.on("exit", () => console.log("first"));`,
    ),
  ).toEqual({
    code: 0,
    stdout: "before\nbefore\nfirst\nexit 0\n",
    stderr: "",
  });
  const failed = run(`${again} process.exitCode = 0; const later = () => { throw new Error("late"); };`);
  expect(failed).toMatchObject({ code: 1, stdout: "before\n" });
  expect(failed.stderr).toContain("Error: late");
  expect(
    run(
      `${again} const later = () => { process.on("exit", (code) => { console.log(code); process.exitCode = 4; }); process.exit(3); };`,
    ),
  ).toMatchObject({ code: 4, stdout: "before\n3\n" });
  expect(run(`process.on("exit", () => { process.exitCode = 5; });`)).toMatchObject({ code: 5 });
});
