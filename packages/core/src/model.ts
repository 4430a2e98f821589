/** The part of core that loads no SES: the policy model, naming and the package graph. */
export { MoatError } from "./errors/moat-error.ts";
export type * from "./policy/types.ts";
export type * from "./packages/types.ts";
export type * from "./audit/denial.ts";
