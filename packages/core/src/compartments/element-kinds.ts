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
import { versions } from "node:process";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

/** V8's `ElementsKind`. */
const HOLEY_ELEMENTS = 3;
const HOLEY_SEALED_ELEMENTS = 9;

type SetKind = (object: object, kind: number) => void;

const typedArrayPrototype = Object.getPrototypeOf(Int8Array.prototype) as object;
const typedArrayPrototypes: readonly object[] = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array,
].map(({ prototype }) => prototype);

const markArrays = (set: SetKind): void => set(Array.prototype, HOLEY_SEALED_ELEMENTS);

/** By version of V8, the marks to set. On one that was not examined, arrays are slow. */
const MARKS: ReadonlyMap<string, (set: SetKind) => void> = new Map([
  ["11.3", (set) => {
    set(Array.prototype, HOLEY_ELEMENTS);
    set(Object.prototype, HOLEY_ELEMENTS);
    // Later versions don't look at the prototypes of typed arrays.
    for (const prototype of [typedArrayPrototype, ...typedArrayPrototypes]) set(prototype, HOLEY_SEALED_ELEMENTS);
  }],
  ["12.4", markArrays],
  ["13.6", markArrays],
  ["14.6", markArrays],
]);

/** To be called once, when the intrinsics are hardened and before any package's code runs. */
export function keepElementStoresFast(): void {
  const mark = MARKS.get(/^\d+\.\d+/.exec(versions.v8)![0]);
  if (mark === undefined) return;
  // HAZARD: while this flag is set, V8 compiles calls of its own functions. Texts of packages
  // never hold any, since the parser knows no such syntax; nothing else is compiled meanwhile.
  setFlagsFromString("--allow-natives-syntax");
  try {
    mark(new Script("(function (object, kind) { %TransitionElementsKindWithKind(object, kind); })").runInThisContext() as SetKind);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}
