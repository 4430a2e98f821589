/**
 * The table of all of Node, put together from the tables that the facades are
 * made from: each builtin module, each member, and what becomes of it for a
 * package. For tests and documentation; nothing is decided by it.
 */
import {
  BUILTIN_ALIASES,
  DEPRECATED_STREAMS,
  HANDED_BUILTINS,
  REFUSED_BUILTINS,
  type HandedBuiltin,
} from "./builtin-members.ts";
import { FS_MEMBERS, memberKeys, type MemberRow } from "./fs/fs-members.ts";
import { GLOBAL_RULES, type GlobalRule } from "./global-names.ts";
import type { MemberTable } from "./member-table.ts";
import { DGRAM_MEMBERS } from "./net/dgram-facade.ts";
import { DNS_MEMBERS } from "./net/dns-members.ts";
import { HTTP_COMMON_MEMBERS } from "./net/http-common.ts";
import { HTTPS_MEMBERS, HTTP_MEMBERS } from "./net/http-members.ts";
import { HTTP2_MEMBERS } from "./net/http2-facade.ts";
import { NET_MEMBERS } from "./net/net-members.ts";
import { TLS_MEMBERS } from "./net/tls-members.ts";
import { PROCESS_MEMBERS, type ProcessRule } from "./process/process-members.ts";
import { ASYNC_HOOKS_MEMBERS } from "./reflective/async-hooks.ts";
import { DIAGNOSTICS_CHANNEL_MEMBERS } from "./reflective/diagnostics-channel.ts";
import { DOMAIN_MEMBERS } from "./reflective/domain.ts";
import { FFI_MEMBERS } from "./reflective/ffi.ts";
import { INSPECTOR_MEMBERS } from "./reflective/inspector.ts";
import { MODULE_MEMBERS } from "./reflective/module.ts";
import { PERF_HOOKS_MEMBERS } from "./reflective/perf-hooks.ts";
import { REPL_MEMBERS } from "./reflective/repl.ts";
import { SEA_MEMBERS } from "./reflective/sea.ts";
import { SQLITE_MEMBERS } from "./reflective/sqlite.ts";
import { TEST_MEMBERS, TEST_REPORTERS_MEMBERS } from "./reflective/test.ts";
import { TRACE_EVENTS_MEMBERS } from "./reflective/trace-events.ts";
import { V8_MEMBERS } from "./reflective/v8.ts";
import { VM_MEMBERS } from "./reflective/vm-members.ts";
import { WASI_MEMBERS } from "./reflective/wasi.ts";
import { CHILD_PROCESS_MEMBERS } from "./subprocess/child-process-members.ts";
import { CLUSTER_MEMBERS } from "./subprocess/cluster.ts";
import { WORKER_THREADS_MEMBERS } from "./subprocess/worker-threads-members.ts";
import { EFFECTS } from "./member-effects.ts";

/** `handed`: as Node has it, hardened. `attenuated`: moat's own, within the grants. `refused`: reports and throws. */
export type Outcome = "handed" | "attenuated" | "refused" | "absent";

export interface NodeMember {
  readonly outcome: Outcome;
  /** What it does to the world, or why it does nothing. */
  readonly effect: string;
}

/** Rows by member; `*` stands for all members of a table of constants. */
export type NodeModuleTable = Readonly<Record<string, NodeMember>>;

/** Members that a factory makes of a builtin whose other members are handed over. */
const MADE_MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  buffer: { INSPECT_MAX_BYTES: "a number of the principal's own: the real one changes what everybody prints" },
  timers: Object.fromEntries(
    ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "promises"].map(
      (name) => [name, "calls back later; handles are moat's own, as Node's are links of a list of everybody's"],
    ),
  ),
  tty: {
    isatty: "asks about a descriptor",
    ReadStream: "argument 0 (descriptor): reads; only 0, the principal's own standard input",
    WriteStream: "argument 0 (descriptor): writes; only 1 and 2, the principal's own standard output",
  },
  util: {
    inspect: "with default options of the principal's own",
    promisify: "what Node promisifies itself is found, though it is frozen",
    getSystemErrorMap: "a copy",
    types: "the principal's own copy",
  },
};

const OUTCOMES = { pass: "handed", own: "attenuated", refuse: "refused", absent: "absent" } as const;

function fromRules(builtin: string, table: MemberTable): NodeModuleTable {
  return mapped(table, ([rule, why], name) => ({ outcome: OUTCOMES[rule], effect: effectOf(builtin, name) ?? why }));
}

function fromHanded(builtin: string, row: HandedBuiltin, effect: string): NodeModuleTable {
  const made = MADE_MEMBERS[builtin] ?? {};
  const rows: Record<string, NodeMember> = {};
  for (const name of row.members) rows[name] = { outcome: "handed", effect: effectOf(builtin, name) ?? effect };
  for (const [name, why] of Object.entries(row.refused ?? {})) rows[name] = { outcome: "refused", effect: why };
  for (const [name, why] of Object.entries(made)) rows[name] = { outcome: "attenuated", effect: why };
  for (const name of CONSOLE_STATE) if (builtin === "console") rows[name] = { outcome: "absent", effect: "internal" };
  if (builtin === "console")
    for (const name of row.members)
      if (name !== "Console")
        rows[name] = { outcome: "attenuated", effect: "writes to the principal's own standard streams" };
  return rows;
}

/** What the one console of the process keeps; a principal's own has its own. */
const CONSOLE_STATE = ["_stdoutErrorHandler", "_stderrErrorHandler", "_ignoreErrors", "_times", "_stdout", "_stderr"];

const MODES = { read: "reads", write: "writes", stat: "looks at" } as const;

function fsEffect(name: string, row: MemberRow): string {
  switch (row.kind) {
    case "harmless":
      return "data";
    case "refused":
      return row.why;
    case "descriptor":
      return `argument 0 (descriptor of one's own): ${row.changes ? "changes; needs the right to write" : "by the mode that it was opened in"}`;
    case "path":
      return row.roles
        .map((role) => `argument ${role.at} (path): ${MODES[role.mode]}${role.follow ? "" : ", not through a link"}`)
        .join("; ");
    case "own":
      return effectOf("fs", name) ?? missing("fs", name);
  }
}

function fromFs(on: "fs" | "promises"): NodeModuleTable {
  const rows: Record<string, NodeMember> = {};
  for (const [name, row] of Object.entries(FS_MEMBERS)) {
    const outcome = row.kind === "refused" ? "refused" : row.kind === "harmless" ? "handed" : "attenuated";
    for (const key of memberKeys(name, row)[on]) rows[key] = { outcome, effect: fsEffect(name, row) };
  }
  return rows;
}

const PROCESS_OUTCOMES: Readonly<Record<ProcessRule, readonly [Outcome, string]>> = {
  value: ["handed", "a value"],
  call: ["handed", "asks about the process"],
  own: ["attenuated", ""],
  granted: ["attenuated", ""],
  trusted: ["refused", ""],
  absent: ["absent", "internal"],
};

const GLOBAL_OUTCOMES: Readonly<Record<GlobalRule, readonly [Outcome, string]>> = {
  shared: ["handed", "computes"],
  own: ["attenuated", "made for the principal"],
  performance: ["attenuated", "from the principal's `perf_hooks`"],
  worker: ["attenuated", "from the principal's `worker_threads`"],
  fetch: ["attenuated", "connects: within the principal's grants"],
  absent: ["absent", "a file, or memory, that all packages would share"],
};

function effectOf(builtin: string, name: string): string | undefined {
  const effects = EFFECTS[builtin];
  return effects !== undefined && Object.hasOwn(effects, name) ? effects[name] : undefined;
}

function missing(builtin: string, name: string): never {
  throw new TypeError(`nobody has said what ${builtin}.${name} does`);
}

function mapped<T>(table: Readonly<Record<string, T>>, row: (value: T, name: string) => NodeMember): NodeModuleTable {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, row(value, name)]));
}

const TABLES: Readonly<Record<string, MemberTable>> = {
  async_hooks: ASYNC_HOOKS_MEMBERS,
  child_process: CHILD_PROCESS_MEMBERS,
  cluster: CLUSTER_MEMBERS,
  dgram: DGRAM_MEMBERS,
  diagnostics_channel: DIAGNOSTICS_CHANNEL_MEMBERS,
  dns: DNS_MEMBERS,
  "dns/promises": DNS_MEMBERS,
  domain: DOMAIN_MEMBERS,
  ffi: FFI_MEMBERS,
  _http_common: HTTP_COMMON_MEMBERS,
  http: HTTP_MEMBERS,
  http2: HTTP2_MEMBERS,
  https: HTTPS_MEMBERS,
  inspector: INSPECTOR_MEMBERS,
  "inspector/promises": INSPECTOR_MEMBERS,
  module: MODULE_MEMBERS,
  net: NET_MEMBERS,
  perf_hooks: PERF_HOOKS_MEMBERS,
  repl: REPL_MEMBERS,
  sea: SEA_MEMBERS,
  sqlite: SQLITE_MEMBERS,
  test: TEST_MEMBERS,
  "test/reporters": TEST_REPORTERS_MEMBERS,
  tls: TLS_MEMBERS,
  trace_events: TRACE_EVENTS_MEMBERS,
  v8: V8_MEMBERS,
  vm: VM_MEMBERS,
  wasi: WASI_MEMBERS,
  worker_threads: WORKER_THREADS_MEMBERS,
};

/** Every builtin that packages may be handed in part, with its members. */
export function nodeModules(): Readonly<Record<string, NodeModuleTable>> {
  const modules: Record<string, NodeModuleTable> = {
    fs: fromFs("fs"),
    "fs/promises": fromFs("promises"),
    process: mapped(PROCESS_MEMBERS, (rule, name) => {
      const [outcome, effect] = PROCESS_OUTCOMES[rule];
      return { outcome, effect: effectOf("process", name) ?? (effect || missing("process", name)) };
    }),
  };
  for (const [builtin, row] of Object.entries(HANDED_BUILTINS) as [string, HandedBuiltin][])
    modules[builtin] = fromHanded(builtin, row, "computes");
  for (const [builtin, table] of Object.entries(TABLES)) modules[builtin] = fromRules(builtin, table);
  return modules;
}

/** Builtins that are another name for one, or for a member of one. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  ...BUILTIN_ALIASES,
  ...Object.fromEntries(Object.entries(DEPRECATED_STREAMS).map(([name, member]) => [name, `stream.${member}`])),
};

/** Builtins that nobody gets, and why. */
export const WITHHELD: Readonly<Record<string, string>> = REFUSED_BUILTINS;

/** Node's globals that are no ECMAScript intrinsics. */
export function nodeGlobals(): NodeModuleTable {
  return Object.fromEntries(
    [...GLOBAL_RULES].map(([name, rule]) => {
      const [outcome, effect] = GLOBAL_OUTCOMES[rule];
      return [name, { outcome, effect: effectOf("globals", name) ?? effect }];
    }),
  );
}

const FUNCTION_KEYS = ["length", "name", "prototype"];

/** What a Node has, taken there: the members of each builtin, and the names of globals and of `process`. */
export interface SeenNode {
  readonly version: string;
  readonly modules: Readonly<Record<string, readonly string[]>>;
  readonly globals: readonly string[];
}

/** Whatever of a Node has no row, as readable lines; all of it is denied to packages. */
export function unclassified(seen: SeenNode): string[] {
  const modules = nodeModules();
  const globals = nodeGlobals();
  const lines: string[] = [];
  for (const [builtin, members] of Object.entries(seen.modules)) {
    if (Object.hasOwn(OTHER_NAMES, builtin) || Object.hasOwn(WITHHELD, builtin)) continue;
    const table = modules[builtin];
    if (table === undefined) {
      lines.push(`Node ${seen.version}: the builtin module '${builtin}' is in no table: add it to builtin-members.ts`);
      continue;
    }
    if (Object.hasOwn(table, "*")) continue;
    for (const name of members)
      if (!Object.hasOwn(table, name) && !FUNCTION_KEYS.includes(name))
        lines.push(`Node ${seen.version}: ${builtin}.${name} has no row in the table of '${builtin}'`);
  }
  for (const name of seen.globals)
    if (!Object.hasOwn(globals, name))
      lines.push(`Node ${seen.version}: the global ${name} has no row in global-names.ts`);
  return lines;
}
