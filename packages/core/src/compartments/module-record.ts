/**
 * Module records, after the specification's: what linking asks of a module
 * whatever it is made from. Bindings are cells, so that importers see the
 * exporter's current value.
 *
 * @see https://tc39.es/ecma262/#sec-abstract-module-records
 */
import { showNamespaceWhenInspected } from "./namespace-inspection.ts";
import { withPlace } from "./import-place.ts";
import { assertStackRoom, LITTLE_ROOM } from "../stack-room.ts";
import type { ModuleFacts } from "../loader/transform-module.ts";

const { create, defineProperty, freeze, setPrototypeOf } = Object;

/** What texts read imports off inherits from this, so that V8 does not note its shapes below `{}`: see `methodFor`. */
const BINDINGS: object = freeze({ __proto__: null });

/** One exported binding; `get` throws in its dead zone. */
export interface Cell {
  get: () => unknown;
}

export type ResolvedExport = Cell | "ambiguous" | undefined;

export interface ModuleRecord {
  readonly url: string;
  /** What CommonJS-specific link errors must say. */
  readonly isCommonJs: boolean;
  /** Records that it imports, in order of its requests; empty until linked. */
  readonly dependencies: ModuleRecord[];
  exportNames(seen?: Set<ModuleRecord>): ReadonlySet<string>;
  resolveExport(name: string, seen?: Map<ModuleRecord, Set<string>>): ResolvedExport;
  /** The namespace object, made on first use. */
  readonly namespace: object;
  /** Links dependencies and instantiates; idempotent. */
  link(): void;
  readonly hasTopLevelAwait: boolean;
  /** Runs the module's own body. A promise where it awaits. */
  execute(): Promise<void> | undefined;
  /** State of evaluation; kept by `evaluateModule`. */
  evaluation: Evaluation | undefined;
  /** Called once all of it has run. */
  onCompleted?: (() => void) | undefined;
}

export interface Evaluation {
  done: boolean;
  failed: boolean;
  error: unknown;
  promise: Promise<void> | undefined;
}

const namespaces = new WeakSet<object>();

/** Whether moat made the object as a module's namespace. */
export function isNamespace(object: object): boolean {
  return namespaces.has(object);
}

/** Fills a namespace object: a null prototype, sorted names, no way to change it. */
export function fillNamespace(namespace: object, record: ModuleRecord): void {
  // HAZARD: filled by half it would be open to whoever gets it first.
  assertStackRoom(LITTLE_ROOM);
  // First, so that V8 does not note its shapes below `{}`: see `methodFor`.
  setPrototypeOf(namespace, null);
  for (const name of [...record.exportNames()].toSorted()) {
    const cell = record.resolveExport(name);
    if (cell === undefined || cell === "ambiguous") continue;
    defineProperty(namespace, name, { get: cell.get, enumerable: true, configurable: false });
  }
  defineProperty(namespace, Symbol.toStringTag, { value: "Module" });
  showNamespaceWhenInspected(namespace);
  freeze(namespace);
  namespaces.add(namespace);
}

/** A record whose exports are known values: a builtin, JSON, or what CommonJS exported. */
export function makeSyntheticRecord(options: {
  url: string;
  names: ReadonlySet<string>;
  isCommonJs?: boolean;
  /** Returns the value of each name. */
  run(): (name: string) => unknown;
  /** Asked for a value at each use, in the place of `run`. */
  read?: (name: string) => unknown;
  /** Names whose value is asked for at their first use, once the record has run. */
  late?: ReadonlySet<string>;
}): ModuleRecord {
  // Importers hold the getter from the start; the value comes when the record runs.
  const slots = new Map<string, { value: unknown }>();
  const cells = new Map<string, Cell>();
  let valueOf: ((name: string) => unknown) | undefined;
  const lateCell = (name: string): Cell => {
    let value: unknown;
    let isKnown = false;
    return {
      get() {
        if (isKnown || valueOf === undefined) return value;
        value = valueOf(name);
        isKnown = true;
        return value;
      },
    };
  };
  for (const name of options.names) {
    const { late, read } = options;
    if (read !== undefined) cells.set(name, { get: () => read(name) });
    else if (late?.has(name)) cells.set(name, lateCell(name));
    else {
      const slot = { value: undefined as unknown };
      slots.set(name, slot);
      cells.set(name, { get: () => slot.value });
    }
  }
  let namespace: object | undefined;
  const record: ModuleRecord = {
    url: options.url,
    isCommonJs: options.isCommonJs ?? false,
    dependencies: [],
    exportNames: () => options.names,
    resolveExport: (name) => cells.get(name),
    get namespace() {
      if (namespace === undefined) {
        const filled = {};
        fillNamespace(filled, record);
        namespace = filled;
      }
      return namespace;
    },
    link() {},
    hasTopLevelAwait: false,
    execute() {
      if (options.read !== undefined) return undefined;
      valueOf = options.run();
      for (const [name, slot] of slots) slot.value = valueOf(name);
      return undefined;
    },
    evaluation: undefined,
  };
  return record;
}

/**
 * Inner function of a module functor: a generator, whose first step registers the
 * exports. Where the module awaits at its top, an async function that does all
 * at once: what stands before the first `await` must run at once.
 */
export type ModuleBody = (
  register: (getters: Record<string, () => unknown>, anonymousDefault?: Function) => void,
  meta: object,
  ...imported: object[]
) => Generator<void, void> | Promise<void>;

export interface SourceRecordOptions {
  readonly url: string;
  readonly facts: ModuleFacts;
  readonly meta: object;
  /** Compiles the functor and fills its parameters. */
  instantiate(): ModuleBody;
  /** The record that a request leads to; throws where it leads nowhere or is denied. */
  requestRecord(index: number): ModuleRecord;
  /** Called once the body has run to its end or to its first wait. */
  onExecuted?(): void;
}

/** A record of an ES module's source text. */
export function makeSourceRecord(options: SourceRecordOptions): ModuleRecord {
  const { facts, url } = options;
  const cells = new Map<string, Cell>();
  const late = new Map<string, () => unknown>();
  for (const name of facts.localExports) {
    const dead = (): never => {
      throw new ReferenceError(`Cannot access '${name}' before initialization`);
    };
    // A module that awaits registers its exports only when it runs; importers hold the getter before.
    cells.set(name, { get: facts.hasTopLevelAwait ? () => (late.get(name) ?? dead)() : dead });
  }
  const dependencies: ModuleRecord[] = [];
  const importObjects: object[] = facts.requests.map(() => create(BINDINGS) as object);
  let namespace: object | undefined;
  let namespaceFilled = false;
  let isInstantiated = false;
  let start: () => ReturnType<ModuleBody>;
  let body: Generator<void, void> | undefined;
  let phase: "new" | "linking" | "linked" = "new";
  let linkFailure: { error: unknown } | undefined;

  const bareNamespace = (): object => (namespace ??= {});

  const record: ModuleRecord = {
    url,
    isCommonJs: false,
    dependencies,
    hasTopLevelAwait: facts.hasTopLevelAwait,
    evaluation: undefined,
    exportNames(seen = new Set()) {
      const names = new Set<string>();
      if (seen.has(record)) return names;
      seen.add(record);
      for (const name of facts.localExports) names.add(name);
      for (const { exported } of facts.indirectExports) names.add(exported);
      for (const request of facts.starExports) {
        for (const name of dependencies[request]!.exportNames(seen)) if (name !== "default") names.add(name);
      }
      return names;
    },
    resolveExport(name, seen = new Map()) {
      const asked = seen.get(record) ?? new Set<string>();
      if (asked.has(name)) return undefined;
      seen.set(record, asked.add(name));
      const own = cells.get(name);
      if (own !== undefined) return own;
      for (const each of facts.indirectExports) {
        if (each.exported !== name) continue;
        const source = dependencies[each.request]!;
        return each.imported === "*" ? { get: () => source.namespace } : source.resolveExport(each.imported, seen);
      }
      if (name === "default") return undefined;
      let found: ResolvedExport;
      for (const request of facts.starExports) {
        const candidate = dependencies[request]!.resolveExport(name, seen);
        if (candidate === "ambiguous") return candidate;
        if (candidate === undefined) continue;
        if (found !== undefined && found !== candidate && found !== "ambiguous" && found.get !== candidate.get)
          return "ambiguous";
        found = candidate;
      }
      return found;
    },
    get namespace() {
      const filled = bareNamespace();
      if (!namespaceFilled && phase === "linked") {
        fillNamespace(filled, record);
        namespaceFilled = true;
      }
      return filled;
    },
    link() {
      if (linkFailure !== undefined) throw linkFailure.error;
      if (phase !== "new") return;
      const reached: Linkable[] = [];
      try {
        reachRecords(record, reached);
        for (const each of reached) each.instantiate();
        for (const each of reached) each.bind();
      } catch (error) {
        // HAZARD: what a graph that fails has reached is others' too, who link it again: it fails for good for nobody else.
        for (const each of reached) each.unlink();
        linkFailure = { error };
        throw error;
      }
    },
    execute() {
      const running = facts.hasTopLevelAwait ? (start() as Promise<void>) : void (body as Generator<void, void>).next();
      options.onExecuted?.();
      return running;
    },
  };

  const instantiate = (): void => {
    if (isInstantiated) {
      phase = "linked";
      return;
    }
    const inner = options.instantiate();
    const importNamespaces = dependencies.map(namespaceOf);
    const register = (getters: Record<string, () => unknown>, anonymousDefault?: Function): void => {
      for (const [name, cell] of cells) {
        if (facts.hasTopLevelAwait) late.set(name, getters[name]!);
        else cell.get = getters[name]!;
      }
      if (anonymousDefault) defineProperty(anonymousDefault, "name", { value: "default", configurable: true });
    };
    const imported = importObjects.flatMap((object, index) => [object, importNamespaces[index]!]);
    start = () => Reflect.apply(inner, undefined, [register, options.meta, ...imported]) as ReturnType<ModuleBody>;
    if (!facts.hasTopLevelAwait) {
      body = start() as Generator<void, void>;
      void body.next();
    }
    isInstantiated = true;
    phase = "linked";
  };

  const missing = (request: number, name: string, why: "ambiguous" | undefined): SyntaxError => {
    const { specifier } = facts.requests[request]!;
    return withPlace(missingExport(specifier, name, dependencies[request]!, why), url, specifier, name);
  };

  const bind = (): void => {
    for (const { request, imported } of facts.imports) {
      if (imported === "*") {
        void dependencies[request]!.namespace;
        continue;
      }
      const cell = dependencies[request]!.resolveExport(imported);
      if (cell === undefined || cell === "ambiguous") {
        throw missing(request, imported, cell);
      }
      if (!Object.hasOwn(importObjects[request]!, imported)) {
        defineProperty(importObjects[request]!, imported, { get: cell.get, enumerable: true });
      }
    }
    for (const { request, imported } of facts.indirectExports) {
      if (imported === "*") continue;
      const cell = dependencies[request]!.resolveExport(imported);
      if (cell === undefined || cell === "ambiguous") {
        throw missing(request, imported, cell);
      }
    }
    for (const object of importObjects) freeze(object);
  };

  linkable.set(record, {
    loadDependencies() {
      if (dependencies.length > 0 || facts.requests.length === 0) return;
      for (let index = 0; index < facts.requests.length; index++) dependencies.push(options.requestRecord(index));
    },
    bareNamespace,
    isNew: () => phase === "new",
    unlink() {
      // What is instantiated has those that it was made with.
      if (!isInstantiated) dependencies.length = 0;
      phase = "new";
    },
    markLinking() {
      phase = "linking";
    },
    instantiate,
    bind,
  });
  return record;
}

/** The steps of linking one source record; by record, out of reach of what holds the record. */
interface Linkable {
  loadDependencies(): void;
  bareNamespace(): object;
  isNew(): boolean;
  /** Back to where linking begins, as the specification has it. */
  unlink(): void;
  markLinking(): void;
  instantiate(): void;
  bind(): void;
}
const linkable = new WeakMap<ModuleRecord, Linkable>();

/** The object alone, while modules in a cycle may have no bindings yet: those that somebody has imported are filled once all have. */
const namespaceOf = (record: ModuleRecord): object => linkable.get(record)?.bareNamespace() ?? record.namespace;

/** Appends all source records that are not linked yet and can be reached, dependencies before dependents. */
function reachRecords(root: ModuleRecord, order: Linkable[]): void {
  const seen = new Set<ModuleRecord>();
  const visit = (record: ModuleRecord): void => {
    if (seen.has(record)) return;
    seen.add(record);
    const steps = linkable.get(record);
    if (steps === undefined || !steps.isNew()) return;
    steps.markLinking();
    const position = order.length;
    order.push(steps);
    steps.loadDependencies();
    for (const dependency of record.dependencies) visit(dependency);
    // Dependents come after what they depend on, but are there already should loading fail.
    order.splice(position, 1);
    order.push(steps);
  };
  visit(root);
}

function missingExport(
  specifier: string,
  name: string,
  record: ModuleRecord,
  why: "ambiguous" | undefined,
): SyntaxError {
  if (why === "ambiguous") {
    return new SyntaxError(`The requested module '${specifier}' contains conflicting star exports for name '${name}'`);
  }
  if (record.isCommonJs) {
    return new SyntaxError(
      `Named export '${name}' not found. The requested module '${specifier}' is a CommonJS module, which may not support all module.exports as named exports.\n` +
        `CommonJS modules can always be imported via the default export, for example using:\n\nimport pkg from '${specifier}';\nconst { ${name} } = pkg;\n`,
    );
  }
  return new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
}

/**
 * Evaluates a linked module after its dependencies, each once. Undefined when
 * all of it ran at once; a promise where something awaits at its top level.
 * @see https://tc39.es/ecma262/#sec-moduleevaluation
 */
export function evaluateModule(record: ModuleRecord): Promise<void> | undefined {
  const before = record.evaluation;
  if (before !== undefined) {
    if (before.failed) throw before.error;
    return before.done ? undefined : before.promise;
  }
  const evaluation: Evaluation = { done: false, failed: false, error: undefined, promise: undefined };
  record.evaluation = evaluation;
  const fail = (error: unknown): never => {
    evaluation.failed = true;
    evaluation.error = error;
    throw error;
  };
  const pending: Promise<void>[] = [];
  try {
    for (const dependency of record.dependencies) {
      const promise = evaluateModule(dependency);
      if (promise !== undefined) pending.push(promise);
    }
    if (pending.length === 0 && !record.hasTopLevelAwait) {
      record.execute();
      evaluation.done = true;
      record.onCompleted?.();
      return undefined;
    }
  } catch (error) {
    fail(error);
  }
  const run = async (): Promise<void> => {
    try {
      if (pending.length > 0) await Promise.all(pending);
      await record.execute();
      evaluation.done = true;
      record.onCompleted?.();
    } catch (error) {
      fail(error);
    }
  };
  evaluation.promise = run();
  // Whoever evaluates the graph gets the rejection; this copy of it must not count as unhandled.
  evaluation.promise.catch(() => {});
  return evaluation.promise;
}
