/** Adds. @param {number} a @param {number} b */
export function add(a, b) { return a + b; }
export const longName = (first, ...rest) => ({ first, rest, sum: rest.reduce(add, 0) });
console.log(longName(1, 2, 3).sum ?? 0);
