/**
 * Methods of strings as functions. Taken when moat loads; V8 puts a call of a
 * bound `call` in place, which it does not for `Reflect.apply` with a list.
 */
type Uncurry = <This, Arguments extends unknown[], Result>(
  method: (this: This, ...rest: Arguments) => Result,
) => (self: This, ...rest: Arguments) => Result;

/** `uncurry(method)(self, …rest)` is `method.call(self, …rest)`, whatever becomes of `call`. */
export const uncurry = Function.prototype.bind.bind(Function.prototype.call) as Uncurry;

type OfString<Arguments extends unknown[], Result> = (text: string, ...rest: Arguments) => Result;

export const charCodeAt = uncurry(String.prototype.charCodeAt) as OfString<[at: number], number>;
export const endsWith = uncurry(String.prototype.endsWith) as OfString<[sought: string, end: number], boolean>;
export const indexOf = uncurry(String.prototype.indexOf) as OfString<[sought: string, from: number], number>;
export const slice = uncurry(String.prototype.slice) as OfString<[start: number, end?: number], string>;
export const replaceAll = uncurry(
  String.prototype.replaceAll as (sought: string, template: string) => string,
) as OfString<[sought: string, template: string], string>;
export const split = uncurry(String.prototype.split as (separator: string, limit?: number) => string[]) as OfString<
  [separator: string, limit: unknown],
  string[]
>;
