import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import type * as realThreads from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkerRequest } from "../../src/endowments/subprocess/launchers.ts";
import { makeCluster } from "../../src/endowments/subprocess/cluster.ts";
import { makeWorkerThreads } from "../../src/endowments/subprocess/worker-threads.ts";
import { fakeContext } from "./subprocess-context.ts";

let folder: string;
let bootstrap: string;
let loot: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-worker-"));
  bootstrap = join(folder, "bootstrap.cjs");
  loot = join(folder, "loot");
  writeFileSync(
    bootstrap,
    'const w = require("worker_threads"); w.parentPort.on("message", (m) => { w.parentPort.postMessage({ data: w.workerData, env: process.env, execArgv: process.execArgv, got: m }); console.log("said"); w.parentPort.close(); });',
  );
  writeFileSync(join(folder, "pre.cjs"), `require("fs").writeFileSync(${JSON.stringify(loot)}, "x")`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evil = () => `require("fs").writeFileSync(${JSON.stringify(loot)}, "x")`;

function workerThreads(policy: { workers?: boolean }, withLauncher = true) {
  const requests: WorkerRequest[] = [];
  const context = fakeContext({
    policy,
    env: { MINE: "1" },
    more: withLauncher
      ? {
          workerLauncher(request) {
            requests.push(request);
            return { filename: bootstrap, workerData: { guest: request.workerData } };
          },
        }
      : {},
  });
  return { wt: makeWorkerThreads(context) as typeof realThreads, context, requests };
}

describe("a worker", () => {
  test("is what the launcher says, whatever its options", async () => {
    const { wt, requests } = workerThreads({ workers: true });
    const cases: [any, any][] = [
      [evil(), { eval: true, env: wt.SHARE_ENV }],
      [
        new URL(`data:text/javascript,${encodeURIComponent(evil())}`),
        { execArgv: ["--require", join(folder, "pre.cjs")] },
      ],
      [
        join(folder, "pre.cjs"),
        {
          workerData: 7,
          env: { NODE_OPTIONS: `--require ${join(folder, "pre.cjs")}`, "NODE_OPTIONS=--require x #": "", A: "b" },
          argv: ["x"],
        },
      ],
    ];
    for (const [file, options] of cases) {
      const worker = new wt.Worker(file, options);
      worker.postMessage("hi");
      const [message] = await once(worker, "message");
      expect(message).toMatchObject({ got: "hi", execArgv: [] });
      expect(Object.keys(message.env).filter((name) => name.startsWith("NODE_OPTIONS"))).toEqual([]);
      // As in Node: without an `env` of its own the program's, else nothing but that.
      expect(message.env.HOME).toBe(options.env?.A === undefined ? process.env.HOME : undefined);
      expect(await once(worker, "exit")).toEqual([0]);
    }
    expect(existsSync(loot)).toBe(false);
    expect(requests.map((request) => request.entry)).toEqual([
      { source: evil(), format: "commonjs" },
      { source: evil(), format: "module" },
      { file: join(folder, "pre.cjs") },
    ]);
    expect(requests[2]).toMatchObject({ workerData: 7, argv: ["x"] });
    expect(requests[0]!.env.MINE).toBe("1");
  });

  test("needs the grant and the launcher", () => {
    const ungranted = workerThreads({});
    expect(() => new ungranted.wt.Worker(evil(), { eval: true })).toThrow(/restricted/);
    expect(ungranted.requests).toEqual([]);
    expect(ungranted.context.denials).toContainEqual(
      expect.objectContaining({ capability: "worker", target: "<eval>" }),
    );
    const bare = workerThreads({ workers: true }, false);
    expect(() => new bare.wt.Worker(join(folder, "pre.cjs"))).toThrow(/restricted/);
    expect(existsSync(loot)).toBe(false);
  });

  test("shows neither the real worker nor its streams", async () => {
    const { wt } = workerThreads({ workers: true });
    const worker = new wt.Worker(evil(), { eval: true, stdout: true });
    const { Worker: Real } = await import("node:worker_threads");
    for (const object of [worker, worker.stdout, worker.stderr]) {
      for (let level: any = object; level !== null; level = Object.getPrototypeOf(level)) {
        expect(level === Real.prototype || level === Real).toBe(false);
        for (const symbol of Object.getOwnPropertySymbols(level))
          expect(["kPort", "kHandle", "kPublicPort"]).not.toContain(symbol.description);
      }
    }
    worker.postMessage("x");
    const [chunk] = await once(worker.stdout, "data");
    expect(String(chunk)).toBe("said\n");
    await worker.terminate();
  });
});

test("broadcasts stay among the principal's own", async () => {
  const { wt } = workerThreads({});
  const other = makeWorkerThreads({
    ...fakeContext(),
    principal: { ...fakeContext().principal, name: "other" },
  }) as typeof wt;
  const [one, two, spy, elsewhere] = [
    new wt.BroadcastChannel("news"),
    new wt.BroadcastChannel("news"),
    new other.BroadcastChannel("news"),
    new wt.BroadcastChannel("weather"),
  ];
  let spied = 0;
  for (const channel of [spy, elsewhere]) channel.onmessage = () => spied++;
  expect(one.name).toBe("news");
  const heard = new Promise((resolve) => (two.onmessage = (event: any) => resolve(event.data)));
  one.postMessage("secret");
  expect(await heard).toBe("secret");
  const { BroadcastChannel: Real } = await import("node:worker_threads");
  for (let level: any = one; level !== null; level = Object.getPrototypeOf(level))
    expect(level.constructor === Real).toBe(false);
  for (const channel of [one, two, spy, elsewhere]) channel.close();
  expect(spied).toBe(0);
});

test("what a worker was started with is its starter's", () => {
  const worker = { principal: "app>dep", workerData: 1, environmentData: new Map([["k", "v"]]), parentPort: {} };
  const starter = makeWorkerThreads(fakeContext({ more: { worker } })) as any;
  expect(starter.workerData).toBe(1);
  expect(starter.getEnvironmentData("k")).toBe("v");
  const other = makeWorkerThreads(fakeContext({ more: { worker: { ...worker, principal: "app" } } })) as any;
  expect(other).toMatchObject({ workerData: null, parentPort: null });
  expect(other.getEnvironmentData("k")).toBeUndefined();
});

test("cluster: packages learn where they run, and fork nothing", () => {
  const context = fakeContext();
  const cluster = makeCluster(context) as any;
  expect(cluster.isPrimary).toBe(true);
  for (const name of ["fork", "setupPrimary", "disconnect"])
    expect(() => cluster[name]({ exec: "x" })).toThrow(/restricted/);
  expect(() => new cluster.Worker()).toThrow(/restricted/);
  expect(context.denials.map((denial) => denial.target)).toEqual([
    "cluster.fork",
    "cluster.setupPrimary",
    "cluster.disconnect",
  ]);
});
