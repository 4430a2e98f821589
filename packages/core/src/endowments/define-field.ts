/**
 * Defines an ordinary property, as an assignment where none is inherited does.
 * V8 compiles the field of a class to a store, and calls into its runtime for
 * `Object.defineProperty`, which takes ten times as long.
 */
import { makeEvaluator } from "../own-feedback.ts";

/** What a constructor returns is what the fields of classes below it are defined on, private ones too. */
export const Given = function (object: object) {
  return object;
} as unknown as new (object: object) => object;

/** Defines a property: writable, enumerable, configurable. @throws {TypeError} where that is not possible. */
export type FieldDefiner = (object: object, value: unknown) => void;

/**
 * `given` is the field's value, from just before a definition until just after; where that throws, until the
 * next one, which sets it first. It is reset in no `finally`, which V8 takes as long for as for all the rest.
 *
 * HAZARD: a computed key. V8 11.3 (Node 20) has definitions of a name that the class spells and assignments to it
 * look into one table, by shape: it finds the setter there, and calls it. See `define-field.test.ts`.
 */
const evaluateDefiner = makeEvaluator<(base: typeof Given, key: PropertyKey) => FieldDefiner>(`(function (Given, key) {
  "use strict";
  let given;
  class Definer extends Given {
    [key] = given;
  }
  return function (object, value) {
    given = value;
    void new Definer(object);
    given = undefined;
  };
})`);

/** One for each key: where V8 sees a second key at one place, each definition takes three times as long. */
export function makeFieldDefiner(key: PropertyKey): FieldDefiner {
  return evaluateDefiner()(Given, key);
}
