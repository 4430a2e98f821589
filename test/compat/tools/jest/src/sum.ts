import ms from "ms";
export const sum = (a: number, b: number): number => a + b + (ms("0s") as number);
export const never = (): never => { throw new Error("never"); };
