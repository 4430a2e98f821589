import { accessDenied, assertMayUse } from "../access-denied.ts";
import { named } from "../facade.ts";
import { facadeFromTable, type MemberTable } from "../member-table.ts";
import { installNetworkGuard } from "../net/index.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { textsOf } from "../texts-of.ts";
import { guardChildren } from "./child-guard.ts";

export const CLUSTER_MEMBERS: MemberTable = {
  isWorker: ["pass", "a boolean"],
  isMaster: ["pass", "a boolean"],
  isPrimary: ["pass", "a boolean"],
  Worker: ["own", "a class without instances: the real one holds a process"],
  workers: ["own", "none: they belong to the application"],
  settings: ["own", "none: they show the command line"],
  SCHED_NONE: ["pass", "a number"],
  SCHED_RR: ["pass", "a number"],
  schedulingPolicy: ["own", "a copy"],
  setupPrimary: ["own", "refused: says what every worker runs"],
  setupMaster: ["own", "the same"],
  fork: ["own", "refused: shares the application's listening sockets"],
  disconnect: ["own", "refused: ends the application's workers"],
  _events: ["absent", "the emitter's own state"],
  _eventsCount: ["absent", "the emitter's own state"],
  _maxListeners: ["absent", "the emitter's own state"],
};

/**
 * `cluster`: packages learn whether they run in a worker, and nothing more. The
 * application has Node's own, its workers started through the launcher.
 */
export const makeCluster: BuiltinFactory = (context) => {
  const real = context.powers.builtin("cluster");
  if (context.principal.trusted) return underLauncher(context, real);
  const refused =
    (name: string) =>
    (...args: unknown[]) => {
      assertMayUse(context, `cluster.${name}`, "command");
      return real[name](...args);
    };
  const members = facadeFromTable(context, "cluster", CLUSTER_MEMBERS, {
    Worker: class Worker {
      constructor() {
        throw accessDenied("cluster.Worker", "command");
      }
    },
    settings: {},
    schedulingPolicy: real.schedulingPolicy,
    setupPrimary: refused("setupPrimary"),
    setupMaster: refused("setupMaster"),
    fork: refused("fork"),
    disconnect: refused("disconnect"),
  });
  // An emitter of its own: events of the real one carry workers with their processes.
  const { EventEmitter } = context.powers.builtin("events");
  const facade = Object.assign(new EventEmitter(), members);
  if (!("workers" in real)) return facade;
  const workers = {};
  // Who finds none goes on as if there were none (prom-client gives no metrics): so that is told.
  Object.defineProperty(facade, "workers", {
    get: named("get workers", 0, () => {
      if (Object.keys(real.workers).length > 0)
        context.principal.denies({
          capability: "builtin",
          target: "cluster.workers",
          via: "cluster.workers",
          never: true,
        });
      return workers;
    }),
    enumerable: true,
    configurable: true,
  });
  return facade;
};

/** A file that the application names as its workers' comes up under moat. */
function underLauncher(context: EndowmentContext, real: any): object {
  const { nodeLauncher, principal, powers } = context;
  const starting = guardChildren(powers);
  if (nodeLauncher === undefined) return real;
  const { process } = powers;
  const guard = installNetworkGuard(powers);
  let asked: { exec: string; args: readonly string[] } | undefined;
  const setup = (settings: { exec?: unknown; args?: unknown; cwd?: unknown } = {}): void => {
    const { exec = asked?.exec ?? process.argv[1], args = asked?.args ?? process.argv.slice(2), cwd } = settings;
    asked = { exec: `${exec as string}`, args: Array.isArray(args) ? textsOf(args) : [] };
    const file = powers.builtin("path").resolve(cwd === undefined ? process.cwd() : `${cwd as string}`, asked.exec);
    const launch = nodeLauncher(principal, { entry: { file }, args: asked.args });
    if (launch === undefined) {
      real.setupPrimary(settings);
      return;
    }
    const [program, ...rest] = launch.args;
    real.setupPrimary({ ...settings, exec: program, args: rest, execArgv: [] });
  };
  // HAZARD: without settings Node starts the program itself again, without moat.
  const fork = (env?: object): unknown => {
    if (asked === undefined) setup();
    const worker = starting(() => real.fork(env));
    const child = worker.process;
    const { emit } = child;
    // The primary listens on behalf of its workers, which asked for it under their own policies.
    child.emit = function (this: unknown, event: unknown, ...rest: unknown[]): unknown {
      const pass = (): unknown => Reflect.apply(emit, this, [event, ...rest]);
      // HAZARD: no listener of anybody's is called while Node answers this one.
      const isQuery = event === "internalMessage" && (rest[0] as { act?: unknown } | null)?.act === "queryServer";
      return isQuery ? guard.listeningForWorkers(pass) : pass();
    };
    return worker;
  };
  const own: Record<string, unknown> = { __proto__: null, setupPrimary: setup, setupMaster: setup, fork };
  const facade = Object.create(Object.getPrototypeOf(real));
  for (const key of Reflect.ownKeys(real)) {
    // Live, also for what `fork` and `setupPrimary` change (workers, settings).
    Object.defineProperty(facade, key, {
      get: () => (typeof key === "string" && key in own ? own[key] : real[key]),
      set: (value: unknown) => {
        real[key] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
  return facade;
}
