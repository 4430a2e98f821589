/** The part of core that loads no SES: the policy model, naming and the package graph. */
export { MoatError } from "./errors/moat-error.ts";
export type * from "./policy/types.ts";
export type * from "./packages/types.ts";
export type * from "./audit/denial.ts";
export { errorCodes, errorPage, type ErrorCodeEntry, type MoatErrorCode } from "./errors/codes.ts";
export { assertCanonicalName, isCanonicalName, isFirstParty, joinName, memberName, splitName } from "./naming/canonical-name.ts";
export { compareNames, compareText } from "./naming/compare-names.ts";
export { parseOverrides, parsePolicy } from "./policy/parse-policy.ts";
export { printOverrides, printPolicy } from "./policy/print-policy.ts";
export { effectivePolicy, mergeEntry } from "./policy/effective-policy.ts";
export * from "./policy/grant-syntax.ts";
export { grantsOf, normalizePackagePolicy, policyOf, type Grant, type GrantCapability } from "./policy/grant.ts";
