/**
 * Defines an ordinary property, as an assignment where none is inherited does.
 * V8 compiles the field of a class to a store, and calls into its runtime for
 * `Object.defineProperty`, which takes ten times as long.
 */

/** What a constructor returns is what the fields of classes below it are defined on, private ones too. */
export const Given = function (object: object) {
  return object;
} as unknown as new (object: object) => object;

/** The field's value, from just before a definition until just after; where that throws, until the next one, which sets it first. */
let given: unknown;

/** Defines a property: writable, enumerable, configurable. @throws {TypeError} where that is not possible. */
export type FieldDefiner = (object: object, value: unknown) => void;

export function makeFieldDefiner(key: PropertyKey): FieldDefiner {
  // HAZARD: a computed key. V8 11.3 (Node 20) has definitions of a name that the class spells and assignments to it
  // look into one table, by shape: it finds the setter there, and calls it. See `define-field.test.ts`.
  class Definer extends Given {
    [key] = given;
  }
  return (object, value) => {
    given = value;
    void new Definer(object);
    // In no `finally`, which V8 takes as long for as for all the rest.
    given = undefined;
  };
}
