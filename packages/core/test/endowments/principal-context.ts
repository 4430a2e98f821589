import { createRequire } from "node:module";
import { makeBuiltin } from "../../src/endowments/builtins.ts";
import type { Denial } from "../../src/audit/denial.ts";
import type { EndowmentContext, Powers } from "../../src/endowments/principal.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";

const require = createRequire(import.meta.url);
const realm = new Map<string, unknown>();

export interface TestContext extends EndowmentContext {
  readonly denials: Omit<Denial, "principal">[];
}

export interface TestOptions {
  readonly trusted?: boolean;
  /** As under `--audit`: denials are recorded and go through. */
  readonly audit?: boolean;
  /** Members of a process that stands in for the real one. */
  readonly process?: object;
  readonly shared?: Map<string, unknown>;
}

/** A principal over Node's real modules, with the registry for its builtins. */
export function contextOf(policy: PackagePolicy, options: TestOptions = {}): TestContext {
  const denials: Omit<Denial, "principal">[] = [];
  const facades = new Map<string, object>();
  const shared = options.shared ?? realm;
  const stand =
    options.process === undefined ? process : Object.create(process, Object.getOwnPropertyDescriptors(options.process));
  const powers: Powers = { builtin: (name) => require(`node:${name}`), process: stand, globals: globalThis as any };
  const context: TestContext = {
    denials,
    principal: {
      name: "app>dep",
      location: import.meta.dirname,
      trusted: options.trusted ?? false,
      policy,
      denies(denial) {
        denials.push(denial);
        return options.audit !== true;
      },
    },
    powers,
    paths: { project: import.meta.dirname, cwd: process.cwd(), tmp: "/tmp", home: "/nonexistent-home" },
    loader: { createRequire } as any,
    builtin(name) {
      let facade = facades.get(name);
      if (facade === undefined) facades.set(name, (facade = makeBuiltin(name, context)));
      return facade;
    },
    shared(key, make) {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key) as any;
    },
    reservedPaths: [],
    secretPaths: [],
    entryModules: new Set<string>(),
  };
  return context;
}
