import { withoutConstructor } from "../shared-prototype.ts";
import { facadeFromTable } from "../member-table.ts";
import { isObject } from "../is-object.ts";
import type { BuiltinFactory, EndowmentContext } from "../principal.ts";
import { compartmentContexts, realContexts } from "./vm-contexts.ts";
import { VM_MEMBERS } from "./vm-members.ts";

function invalidArgument(name: string, expected: string, value: unknown): TypeError {
  const received = value === null ? "null" : typeof value;
  return Object.assign(new TypeError(`The "${name}" argument must be ${expected}. Received ${received}`), {
    code: "ERR_INVALID_ARG_TYPE",
  });
}

/** The only option of Node's that reaches the evaluator, read once. */
function filenameOf(options: unknown): string {
  if (typeof options === "string") return options;
  if (options === undefined || options === null) return "evalmachine.<anonymous>";
  if (typeof options !== "object") throw invalidArgument("options", "of type object", options);
  const filename = (options as { filename?: unknown }).filename;
  if (filename === undefined) return "evalmachine.<anonymous>";
  if (typeof filename !== "string") throw invalidArgument("options.filename", "of type string", filename);
  return filename;
}

function displaysErrors(options: unknown): boolean {
  return !isObject(options) || (options as { displayErrors?: unknown }).displayErrors !== false;
}

/** As Node does: the line of the script that failed, with a mark under the place, before the stack. */
function showPlace({ loader }: EndowmentContext, error: unknown, source: string, filename: string): void {
  if (!isObject(error)) return;
  const origin = loader.errorOrigin?.(error);
  if (origin?.file !== filename || origin.line === null) return;
  const text = source.split(/\r\n|[\n\r\u2028\u2029]/)[origin.line - 1] ?? "";
  const mark = `${" ".repeat((origin.column ?? 1) - 1)}^`;
  const { stack } = error as { stack?: unknown };
  if (typeof stack !== "string") return;
  // Fails without a sound on frozen errors.
  Reflect.set(error, "stack", `${filename}:${origin.line}\n${text}\n${mark}\n\n${stack}`);
}

/**
 * `vm` over the principal's own evaluator: `runInThisContext` and
 * `compileFunction` run in its compartment, contexts are compartments too (`vm-contexts.ts`).
 *
 * HAZARD: `importModuleDynamically` (with `USE_MAIN_CONTEXT_DEFAULT_LOADER` it is
 * Node's own loader) and `cachedData` (forged, it runs any bytecode) are never
 * passed on.
 */
export const makeVm: BuiltinFactory = (context) => {
  const real = context.powers.builtin("vm");
  const contexts = context.principal.trusted ? realContexts(context) : compartmentContexts(context);
  const sourceOf = new WeakMap<object, { source: string; filename: string; options: unknown }>();

  const isContext = (object: unknown): boolean => {
    if (!isObject(object)) throw invalidArgument("object", "an instance of Object", object);
    return contexts.has(object);
  };
  const createContext = (object?: unknown, options?: unknown): object => {
    const created = object === undefined || typeof object === "symbol" ? {} : object;
    if (!isObject(created)) throw invalidArgument("contextObject", "of type object", object);
    return contexts.has(created) ? created : contexts.create(created, options);
  };
  const assertContext = (object: unknown): object => {
    if (!isObject(object) || !contexts.has(object))
      throw invalidArgument("contextifiedObject", "an vm.Context", object);
    return object;
  };

  const Script = class Script {
    cachedDataRejected?: boolean;
    sourceMapURL: string | undefined;

    constructor(code: unknown, options?: unknown) {
      const source = `${code as string}`;
      const filename = filenameOf(options);
      // Compiled and thrown away, never run: syntax errors come here and with their place, as in Node.
      const compiled = new real.Script(source, { filename });
      sourceOf.set(this, { source, filename, options });
      this.sourceMapURL = compiled.sourceMapURL;
      if (isObject(options) && "cachedData" in options && options.cachedData !== undefined)
        this.cachedDataRejected = true;
    }

    createCachedData(): unknown {
      return context.powers.builtin("buffer").Buffer.alloc(0);
    }

    runInThisContext(given?: unknown): unknown {
      const { source, filename, options } = textOf(this);
      try {
        return context.loader.evaluate(source, { filename });
      } catch (error) {
        if (displaysErrors(given ?? options)) showPlace(context, error, source, filename);
        throw error;
      }
    }

    runInContext(contextifiedObject: unknown, given?: unknown): unknown {
      const { source, filename, options } = textOf(this);
      return contexts.run(source, filename, assertContext(contextifiedObject), given ?? options);
    }

    runInNewContext(contextObject?: unknown, given?: unknown): unknown {
      const { source, filename, options } = textOf(this);
      return contexts.run(source, filename, createContext(contextObject), given ?? options);
    }
  };
  withoutConstructor(Script);

  function textOf(script: object): { source: string; filename: string; options: unknown } {
    const text = sourceOf.get(script);
    if (text === undefined) throw new TypeError("Illegal invocation");
    return text;
  }

  return facadeFromTable(context, "vm", VM_MEMBERS, {
    Script,
    createContext,
    isContext,
    createScript: (code: unknown, options?: unknown) => new Script(code, options),
    runInThisContext: (code: unknown, options?: unknown) => new Script(code, options).runInThisContext(options),
    runInContext: (code: unknown, object: unknown, options?: unknown) => {
      assertContext(object);
      return new Script(code, options).runInContext(object);
    },
    runInNewContext: (code: unknown, object?: unknown, options?: unknown) =>
      new Script(code, options).runInNewContext(object),
    compileFunction: (code: unknown, parameters?: unknown, options?: unknown) =>
      compileFunction(context, assertContext, code, parameters, options),
    constants: Object.freeze({ __proto__: null, ...real.constants }),
  });
};

function compileFunction(
  context: EndowmentContext,
  assertContext: (object: unknown) => object,
  code: unknown,
  parameters: unknown,
  options: unknown,
): Function {
  if (typeof code !== "string") throw invalidArgument("code", "of type string", code);
  if (parameters !== undefined && !Array.isArray(parameters))
    throw invalidArgument("params", "an instance of Array", parameters);
  const names: string[] = [];
  for (let index = 0; index < (parameters?.length ?? 0); index += 1) {
    const name: unknown = parameters![index];
    if (typeof name !== "string") throw invalidArgument(`params[${index}]`, "of type string", name);
    Object.defineProperty(names, index, { value: name, writable: true, enumerable: true, configurable: true });
  }
  const filename = filenameOf(options);
  const { parsingContext, contextExtensions } = (options ?? {}) as {
    parsingContext?: unknown;
    contextExtensions?: unknown;
  };
  if (Array.isArray(contextExtensions) && contextExtensions.length > 0) {
    throw Object.assign(new Error("contextExtensions are not available under moat"), {
      code: "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
    });
  }
  const evaluation = { filename: filename.startsWith("evalmachine") ? "" : filename };
  return context.loader.compileFunction(
    names,
    code,
    parsingContext === undefined ? evaluation : { ...evaluation, global: assertContext(parsingContext) },
  );
}
