import { refusedFunction, refusedMember } from "../access-denied.ts";
import { bindingOf } from "../binding-of.ts";
import { defineMember, methodFor } from "../facade.ts";
import type { EndowmentContext } from "../principal.ts";

/** Bindings that old packages take numbers from as they are loaded, and classes that most of them never come to use. */
const INERT_BINDINGS: ReadonlySet<unknown> = new Set(["constants", "http_parser", "stream_wrap", "tty_wrap", "uv"]);

/** Others, of which they use a few functions. */
const MAKERS: Readonly<Record<string, (context: EndowmentContext, binding: any) => object>> = {
  __proto__: null as never,
  fs: vectoredWrites,
  util: questionsOf,
};

/**
 * `process.binding`: for packages, of a few bindings a copy of their numbers and
 * texts, with functions and classes that are refused once they are called; of `util`
 * the questions of `util.types`, which `lodash.isequal` and its like take from there, and of `fs` what
 * `fs-minipass` 1 (of tar 4) writes several buffers at once by.
 * All others are refused themselves.
 */
export function makeBinding(context: EndowmentContext): Function {
  const { process } = context.powers as { process: any };
  const call = methodFor("binding", process.binding.length, (_receiver, args) =>
    Reflect.apply(process.binding, process, args),
  );
  return context.principal.trusted ? call : inertBindings(context, refusedMember(context, "process", "binding", call));
}

/** @param refused asked for all other bindings */
export function inertBindings(context: EndowmentContext, refused: Function): Function {
  const made = new Map<unknown, object>();
  return methodFor("binding", 1, (receiver, args) => {
    const name = args[0];
    const make = typeof name === "string" ? MAKERS[name] : undefined;
    if (make === undefined && !INERT_BINDINGS.has(name)) return Reflect.apply(refused, receiver, [name]);
    let copy = made.get(name);
    if (copy === undefined) {
      const binding = bindingOf(context.powers.process, name as string);
      made.set(name, (copy = make === undefined ? copyOf(context, binding, {}) : make(context, binding)));
    }
    return copy;
  });
}

/** What Node still shows of its binding `util`: functions that tell what a value is. */
function questionsOf(context: EndowmentContext, binding: any): object {
  const { types } = context.powers.builtin("util");
  const questions = {};
  for (const key of Object.keys(binding)) {
    if (!Object.hasOwn(types, key)) continue;
    defineMember(
      questions,
      key,
      methodFor(key, 1, (_receiver, args) => types[key](args[0])),
    );
  }
  return questions;
}

/** What Node's binding tells of the end of a write. */
interface WriteRequest {
  readonly oncomplete: (error: unknown, written?: number) => void;
}

/**
 * `binding.writeBuffers(fd, buffers, position, request)`, from before there was `fs.writev`: by the principal's own `fs.write`,
 * which asks whether the number is one of its files.
 */
function vectoredWrites(context: EndowmentContext, binding: any): object {
  const { Buffer } = context.powers.builtin("buffer");
  const copy = copyOf(context, binding, {});
  defineMember(
    copy,
    "FSReqCallback",
    class FSReqCallback {
      oncomplete: ((error: unknown, written?: number) => void) | undefined;
    },
  );
  defineMember(
    copy,
    "writeBuffers",
    methodFor("writeBuffers", 4, (_receiver, args) => {
      const {
        0: fd,
        1: buffers,
        2: position,
        3: request,
      } = args as [number, Uint8Array[], number | null, WriteRequest];
      const whole = Buffer.concat(buffers);
      context
        .builtin("fs")
        .write(fd, whole, 0, whole.length, position, (error: unknown, written: number) =>
          request.oncomplete(error, written),
        );
    }),
  );
  return copy;
}

/** HAZARD: nothing of the binding itself may come along: its objects are everybody's, and its classes reach into Node. */
function copyOf(context: EndowmentContext, binding: any, copy: object): object {
  for (const key of Object.keys(binding)) {
    const value = inert(context, key, binding[key]);
    if (value !== undefined) defineMember(copy, key, value);
  }
  return copy;
}

function inert(context: EndowmentContext, key: string, value: unknown): unknown {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  if (value instanceof Int32Array) return new Int32Array(value.length);
  // A table of constants.
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null)
    return copyOf(context, value, {});
  return typeof value === "function"
    ? copyOf(context, value, refusedFunction(context, "process.binding", key, value))
    : undefined;
}
