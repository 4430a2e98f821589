/**
 * Arrays at native speed under lockdown. V8 keeps for each object how its
 * elements are stored. `Object.freeze` makes that "frozen", and where a prototype
 * has frozen elements, each store that may add one to an object below it goes
 * through V8's slowest path: growing an array by index takes 25 times as long,
 * filling `new Array(n)` 50 times.
 *
 * The prototypes of arrays have no elements, so it is only their mark that is in
 * the way, and it is taken back here by V8's own function for such changes.
 * Their properties stay frozen, and they stay closed to new ones: V8 looks at
 * other fields of an object for these. "Sealed" is what an array becomes that
 * is sealed and has its properties locked one by one; doing just that is no way,
 * because `defineProperty` on these objects switches off what makes spread and
 * `for…of` fast, for good. The V8 of Node 20 wants the mark of plain elements,
 * also of `Object.prototype`; there too it adds elements to objects that arrays
 * inherit from only in its runtime, which looks whether they are closed.
 *
 * `test/attacks/element-stores.test.ts` tries to add elements in every way; `npm run test:nodes` does on each Node.
 */
import { Buffer } from "node:buffer";
import { versions } from "node:process";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { assertStackRoom } from "../stack-room.ts";

/** V8's `ElementsKind`. */
const HOLEY_ELEMENTS = 3;
const HOLEY_SEALED_ELEMENTS = 9;

type SetKind = (object: object, kind: number) => void;

const typedArrayPrototype = Object.getPrototypeOf(Int8Array.prototype) as object;
const typedArrayPrototypes: readonly object[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
].map(({ prototype }) => prototype);

const markArrays = (set: SetKind): void => set(Array.prototype, HOLEY_SEALED_ELEMENTS);

/** By version of V8, the marks to set. On one that was not examined, arrays are slow. */
const MARKS: ReadonlyMap<string, (set: SetKind) => void> = new Map([
  [
    "11.3",
    (set) => {
      set(Array.prototype, HOLEY_ELEMENTS);
      set(Object.prototype, HOLEY_ELEMENTS);
      // Later versions don't look at the prototypes of typed arrays.
      for (const prototype of [typedArrayPrototype, ...typedArrayPrototypes]) set(prototype, HOLEY_SEALED_ELEMENTS);
    },
  ],
  ["12.4", markArrays],
  ["13.6", markArrays],
  ["14.6", markArrays],
]);

const TEXT = "(function (object, kind) { %TransitionElementsKindWithKind(object, kind); })";

/** V8's code of the function that sets marks, in base64: for the workers of this process. */
export type MarkCode = string;
/** In a worker, what the main thread gave it. */
export interface WorkerMarks {
  readonly code: MarkCode | undefined;
}

/**
 * To be called once, when the intrinsics are hardened and before any package's code runs.
 *
 * HAZARD: while V8's flag is set, whatever any thread of the process compiles may call V8's own
 * functions, which can do anything. Texts of packages hold no such call as moat reads them; but that V8
 * reads otherwise must not matter either. So the flag is set in the main thread alone, while there is
 * no worker yet, and workers get V8's code of the function.
 *
 * @returns what makes that code; to be called before the first worker is started
 */
export function keepElementStoresFast(worker?: WorkerMarks): () => MarkCode | undefined {
  const mark = MARKS.get(/^\d+\.\d+/.exec(versions.v8)![0]);
  const script = mark && (worker === undefined ? compileHere() : compiledInMainThread(worker.code));
  if (script === undefined) return () => undefined;
  try {
    mark!(script.runInThisContext() as SetKind);
  } catch (error) {
    // Under `--max-lazy` V8 compiles the function now, when it no longer knows the call: stores stay slow.
    if (error instanceof SyntaxError) return () => undefined;
    throw error;
  }
  // Not at the start: V8 takes as long for it as for a hundredth of hello world.
  let code = worker?.code;
  return () => (code ??= codeOf(compileHere()));
}

function compileHere(): Script {
  assertStackRoom();
  setFlagsFromString("--allow-natives-syntax");
  try {
    return new Script(TEXT);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}

/** With the function inside, which V8 compiles with the text, since it is in parentheses. */
const codeOf = (script: Script): MarkCode => script.createCachedData().toString("base64");

/** Undefined where V8 does not take the code: the application has changed V8's flags. */
function compiledInMainThread(code: MarkCode | undefined): Script | undefined {
  if (code === undefined) return undefined;
  try {
    const script = new Script(TEXT, { cachedData: Buffer.from(code, "base64") });
    return script.cachedDataRejected === true ? undefined : script;
  } catch {
    // Without the code the text is an error.
    return undefined;
  }
}
