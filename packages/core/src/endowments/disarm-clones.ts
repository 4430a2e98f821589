/**
 * HAZARD: a clone of what is Node's own is made by a name that the object itself gives, which its
 * owner can replace: a method under a symbol says `module:Class` of any internal module, and what data
 * its instance is to take. So whoever can clone one thing of Node's could have a `FileHandle` of any
 * descriptor, and by the classes of its streams every file.
 *
 * Of all classes that can be asked for so, that one alone leads to more than what it is given; from
 * here on no clone of it can be made. Nobody misses it: packages and the application have handles of
 * moat's, which can't be sent.
 */
import { defineProperty } from "./native-definitions.ts";
import { ownSymbol } from "./own-symbol.ts";
import type { EndowmentContext } from "./principal.ts";

const { getPrototypeOf } = Object;

/** Globals that clone, or lead to what does. */
const CLONING = /^(?:structuredClone|Message|Broadcast|Performance|performance|Worker)/;

/** Builtins that do; `stream/web` has a function that splits a stream and clones what comes. */
const CLONING_BUILTINS: ReadonlySet<string> = new Set(["worker_threads", "perf_hooks", "stream/web"]);

export const isCloningGlobal = (name: string): boolean => CLONING.test(name);
export const isCloningBuiltin = (name: string): boolean => CLONING_BUILTINS.has(name);

/** To be called before anybody has something that clones, or can be sent something. It loads a module of Node's, which takes a millisecond. */
export function disarmClones(context: EndowmentContext): void {
  context.shared("disarmed.clones", () => {
    const FileHandle = askForFileHandle(context);
    if (FileHandle !== undefined && !disarmClass(FileHandle))
      throw new TypeError("This version of Node makes clones otherwise");
    return true;
  });
}

/**
 * From here on no clone of the class can be made. Returns whether one could before.
 * @throws {TypeError} where it can't be taken from the class any more
 */
export function disarmClass(prototype: object): boolean {
  const take = ownSymbol(prototype, "messaging_deserialize_symbol");
  if (take === undefined) return false;
  if (!Reflect.deleteProperty(prototype, take))
    throw new TypeError("What makes clones of a class of Node's is fixed already");
  return true;
}

/** The prototype of Node's own handles, which no module exports; undefined where no more of them can be asked for. */
function askForFileHandle({ powers: { builtin, globals } }: EndowmentContext): object | undefined {
  const { Blob } = builtin("buffer");
  const clone = ownSymbol(Blob.prototype, "messaging_clone_symbol");
  if (clone === undefined) throw new TypeError("This version of Node does not show how it clones");
  const answer = () => ({ data: { handle: { fd: -1 } }, deserializeInfo: "internal/fs/promises:FileHandle" });
  try {
    return getPrototypeOf(globals["structuredClone"](defineProperty(new Blob([]), clone, { value: answer }))) as object;
  } catch (error) {
    if ((error as Error).message.startsWith("Unknown deserialize spec")) return undefined;
    throw error;
  }
}
