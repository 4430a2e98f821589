import { constants } from "node:os";
import { assertAnswer } from "../../errors/assert-answer.ts";
import { named } from "../facade.ts";
import type { EndowmentContext, Powers } from "../principal.ts";

const { signals } = constants;
const { hasOwn } = Object;

/** The number of a signal by its number or name, as Node reads either; undefined where there is none of that name. */
export function signalNumber(signal: unknown): number | undefined {
  if (typeof signal === "number") return signal | 0;
  const name = String(signal).toUpperCase();
  return hasOwn(signals, name) ? signals[name as NodeJS.Signals] : undefined;
}

/**
 * HAZARD: SIGUSR1 has a node open its debugger, which evaluates, in the name of the whole program and past any
 * policy, for whoever connects to 127.0.0.1:9229. That may be the parent of this one, or a child.
 */
const opensDebugger = (signal: number | undefined): boolean => signal !== undefined && signal === signals.SIGUSR1;

/** Who may run the program `kill` sends what it likes to whom it likes. */
function mayRunKill({ principal }: EndowmentContext): boolean {
  const commands = principal.policy.commands ?? [];
  return principal.trusted || commands.includes("kill") || commands.includes("*");
}

const refuses = (context: EndowmentContext, via: string): boolean =>
  !mayRunKill(context) && context.principal.denies({ capability: "command", target: "kill", via });

/** Whether a package may not send a signal to a child of its own; told of, if so. */
export function refusesToChild(context: EndowmentContext, signal: unknown, via: string): boolean {
  return opensDebugger(signalNumber(signal)) && refuses(context, via);
}

/**
 * `process.kill` of a package that is granted it: it signals this program and what descends from it, asks
 * of any process whether it is there, and ends no other one of the user's.
 */
export function makeKill(context: EndowmentContext): (pid: unknown, signal?: unknown) => true {
  const { powers } = context;
  const real = powers.process;
  const isOwn = makeIsOwn(powers);
  return named("kill", 2, (pid: unknown, signal?: unknown): true => {
    // Read once; what is neither a number nor one as a text, Node refuses itself.
    const target = typeof pid === "number" || typeof pid === "string" ? Number(pid) : Number.NaN;
    const asked = typeof signal === "number" ? signal : String(signal || "SIGTERM");
    const number = signalNumber(asked);
    if (target !== (target | 0) || number === undefined) return real.kill(target, asked);
    const via = `process.kill ${String(target)}`;
    if (number !== 0 && (opensDebugger(number) || !isOwn(target)) && refuses(context, via)) {
      const errno = -constants.errno.EPERM;
      throw Object.assign(new Error("kill EPERM"), { errno, code: "EPERM", syscall: "kill" });
    }
    if (target !== 0 || number === 0 || mayRunKill(context)) return real.kill(target, number);
    for (const member of descendantsInGroup(powers)) {
      try {
        real.kill(member, number);
      } catch (error) {
        // It has ended meanwhile.
        assertAnswer(error);
      }
    }
    return real.kill(real.pid, number);
  });
}

/**
 * Of the group that the program was started in, what descends from the program.
 * HAZARD: a script, `npm run` and what else started the program are in it, too, and a signal to the group ends them.
 */
function descendantsInGroup(powers: Powers): readonly number[] {
  const { pid } = powers.process;
  const processes = processesOf(powers) ?? new Map<number, Running>();
  const group = processes.get(pid)?.group;
  return [...processes]
    .filter(([child, of]) => child !== pid && of.group === group && descends(child, of.parent, processes, pid))
    .map(([child]) => child);
}

/** Whether a process, or by a negative number a group, is this one or descends from it. */
function makeIsOwn(powers: Powers): (target: number) => boolean {
  const { process } = powers;
  /** What was one is one after its parent has ended, too: a tree is ended from its root (tree-kill). */
  const known = new Set<number>([process.pid]);
  return (target) => {
    // Of the group that the program was started in, only its own are signalled.
    if (target === 0) return true;
    const pid = Math.abs(target);
    if (target === -1 || pid === 1) return false;
    if (known.has(pid)) return true;
    const processes = processesOf(powers);
    // No other system says so for the asking.
    if (processes === undefined) return pid !== process.ppid;
    for (const [child, { parent }] of processes) if (descends(child, parent, processes, process.pid)) known.add(child);
    // Nobody is there, which the system says as well as moat; and a group may outlive the process that it is called after.
    return known.has(pid) || !processes.has(pid);
  };
}

interface Running {
  readonly parent: number;
  readonly group: number;
}

function descends(child: number, parent: number, all: ReadonlyMap<number, Running>, root: number): boolean {
  const seen = new Set([child]);
  for (let at: number | undefined = parent; at !== undefined && !seen.has(at); at = all.get(at)?.parent) {
    if (at === root) return true;
    seen.add(at);
  }
  return false;
}

/** The processes that there are, where the system has a `/proc`. */
function processesOf({ builtin }: Powers): ReadonlyMap<number, Running> | undefined {
  const fs = builtin("fs");
  const processes = new Map<number, Running>();
  let names: string[];
  try {
    names = fs.readdirSync("/proc");
  } catch (error) {
    assertAnswer(error);
    return undefined;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // `12 (a name) S 3 12 …`: the name may hold brackets.
      const text: string = fs.readFileSync(`/proc/${name}/stat`, "latin1");
      const [, parent, group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
      processes.set(Number(name), { parent: Number(parent), group: Number(group) });
    } catch (error) {
      // It has ended meanwhile.
      assertAnswer(error);
    }
  }
  return processes.size === 0 ? undefined : processes;
}
