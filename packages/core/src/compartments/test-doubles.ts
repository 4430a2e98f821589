/**
 * What packages see of a test double that stands in the place of a method of the language's own
 * (`sinon.stub(Date, "now")`): as in Node, what they ask is answered by it.
 *
 * HAZARD: what the double is called with is a time, a number or a text, and what it answers is one; all else the
 * language's own method does. So it learns that it was asked, and holds nothing of others; and who may not put it
 * there never has it, with the methods by which it is told what to answer.
 */
import { types } from "node:util";
import { isObject } from "../endowments/is-object.ts";
import { askedOf } from "./asked-of-mocks.ts";

const { apply } = Reflect;
const { isDate } = types;
const NativeDate = Date;
const { getTime } = Date.prototype;

/**
 * @param holder on which the method lies
 * @param original what the language has there
 * @param current what stands there now
 */
export function seenOfDouble(holder: object, original: Function, current: () => unknown): Function {
  const seen = {
    method(this: unknown, ...args: unknown[]): unknown {
      const double = current();
      const isOfDate = isDate(this);
      const isPlain = !isObject(this) || isOfDate || this === holder;
      if (typeof double !== "function" || double === original || !isPlain || args.some(isObject))
        return apply(original, this, args);
      const receiver = isOfDate ? new NativeDate(apply(getTime, this, []) as number) : this;
      const answer = askedOf("a test double", () => apply(double, receiver, args) as unknown);
      return isObject(answer) ? apply(original, this, args) : answer;
    },
  };
  return Object.freeze(seen.method);
}
