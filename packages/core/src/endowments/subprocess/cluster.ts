import { accessDenied, assertMayUse } from "../access-denied.ts";
import { facadeFromTable, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";

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
    workers: {},
    settings: {},
    schedulingPolicy: real.schedulingPolicy,
    setupPrimary: refused("setupPrimary"),
    setupMaster: refused("setupMaster"),
    fork: refused("fork"),
    disconnect: refused("disconnect"),
  });
  // An emitter of its own: events of the real one carry workers with their processes.
  const { EventEmitter } = context.powers.builtin("events");
  return Object.assign(new EventEmitter(), members);
};

/** A file that the application names as its workers' comes up under moat. */
function underLauncher(context: EndowmentContext, real: any): object {
  const { nodeLauncher, principal, powers } = context;
  if (nodeLauncher === undefined) return real;
  const setup = (settings: { exec?: unknown; args?: unknown; execArgv?: unknown } = {}): void => {
    const { exec, args } = settings;
    if (exec === undefined) {
      real.setupPrimary(settings);
      return;
    }
    const given = Array.isArray(args) ? args.map((one) => `${one}`) : powers.process.argv.slice(2);
    const path = powers.builtin("path").resolve(powers.process.cwd(), `${exec as string}`);
    const launch = nodeLauncher(principal, { entry: { file: path }, args: given });
    if (launch === undefined) {
      real.setupPrimary(settings);
      return;
    }
    const [file, ...rest] = launch.args;
    real.setupPrimary({ ...settings, exec: file, args: rest, execArgv: [] });
  };
  const facade = Object.create(Object.getPrototypeOf(real));
  for (const key of Reflect.ownKeys(real)) {
    // Live, also for what `fork` and `setupPrimary` change (workers, settings).
    Object.defineProperty(facade, key, {
      get: () => (key === "setupPrimary" || key === "setupMaster" ? setup : real[key]),
      set: (value: unknown) => {
        real[key] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
  return facade;
}
