import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import type { Denial } from "../../src/audit/denial.ts";
import type { EndowmentContext, PrincipalLoader } from "../../src/endowments/principal.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";

const require = createRequire(import.meta.url);

export interface FakeContext extends EndowmentContext {
  readonly denials: Omit<Denial, "principal">[];
}

export interface FakeOptions {
  readonly policy?: PackagePolicy;
  readonly trusted?: boolean;
  readonly location?: string;
  readonly project?: string;
  /** The folder for temporary files. */
  readonly tmp?: string;
  /** Set in this process, and granted. */
  readonly env?: Record<string, string>;
  readonly more?: Partial<EndowmentContext>;
  readonly loader?: Partial<PrincipalLoader>;
}

/** A context over Node's real modules, with a loader that evaluates in this realm: for tests only. */
export function fakeContext(options: FakeOptions = {}): FakeContext {
  const denials: Omit<Denial, "principal">[] = [];
  const location = options.location ?? options.project ?? import.meta.dirname;
  const registry = new Map<string, unknown>();
  Object.assign(process.env, options.env);
  const granted = options.env === undefined ? {} : { env: Object.keys(options.env) };
  const loader: PrincipalLoader = {
    createRequire: (filename) => createRequire(filename),
    importModule: (specifier) => import(specifier),
    evaluate: (source, { global } = {}) =>
      new Function("scope", `with (scope) return eval(${JSON.stringify(source)})`)(global ?? {}),
    compileFunction: (parameters, body) => new Function(...parameters, body),
    globalThis,
    ...options.loader,
  };
  return {
    principal: {
      name: "app>dep",
      location,
      trusted: options.trusted ?? false,
      policy: { ...options.policy, ...granted },
      denies(denial) {
        denials.push(denial);
        return true;
      },
    },
    powers: { builtin: (name) => require(`node:${name}`), process, globals: globalThis as any },
    paths: {
      project: options.project ?? location,
      cwd: process.cwd(),
      tmp: options.tmp ?? tmpdir(),
      home: "/nonexistent-home",
    },
    loader,
    builtin: () => ({}),
    shared(key, make) {
      if (!registry.has(key)) registry.set(key, make());
      return registry.get(key) as any;
    },
    reservedPaths: [],
    secretPaths: [],
    entryModules: new Set<string>(),
    ...options.more,
    denials,
  };
}
