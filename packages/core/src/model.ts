/** The part of core that loads no SES: the policy model, naming and the package graph. */
export { MoatError } from "./errors/moat-error.ts";
export type * from "./policy/types.ts";
export type * from "./packages/types.ts";
export type * from "./audit/denial.ts";
export { errorCodes, errorPage, type ErrorCodeEntry, type MoatErrorCode } from "./errors/codes.ts";
export {
  assertCanonicalName,
  isCanonicalName,
  isFirstParty,
  joinName,
  memberName,
  splitName,
} from "./naming/canonical-name.ts";
export { compareNames, compareText } from "./naming/compare-names.ts";
export { parseJson, placeOf as placeInText, type JsonNode } from "./policy/json-document.ts";
export { parseOverrides, parsePolicy } from "./policy/parse-policy.ts";
export { printOverrides, printPolicy } from "./policy/print-policy.ts";
export { effectivePolicy, mergeEntry } from "./policy/effective-policy.ts";
export { entryOf } from "./policy/entry-of.ts";
export { readNodeArguments } from "./endowments/subprocess/node-arguments.ts";
export { preloadEntry, preloadOf, type Preload } from "./policy/preload.ts";
export { programsOfLine, wordsOfPlainCommand } from "./policy/command-line.ts";
export * from "./policy/grant-syntax.ts";
export {
  additionOf,
  extensibleGlobals,
  isNodeClass,
  replaceableBy,
  type LanguageAddition,
} from "./policy/language-additions.ts";
export { isModeVariable, modeShareOf, modeVariableOf } from "./policy/mode-variables.ts";
export {
  CACHE_SHARE,
  CLIENT_SHARE,
  CLOCK_SHARE,
  DISPATCHER_SHARE,
  HOOKS_SHARE,
  NAMES_SHARE,
  REFLECT_SHARE,
  STACK_SHARE,
} from "./policy/special-shares.ts";
export { tellsOfWindow, WINDOW as WINDOW_GLOBALS } from "./policy/window-names.ts";
export { symbolKeyOf, symbolShare } from "./policy/symbol-shares.ts";
export {
  builtinGrant,
  GRANT_FIELD,
  grantKey,
  grantsOf,
  normalizePackagePolicy,
  policyOf,
  type Grant,
  type GrantCapability,
} from "./policy/grant.ts";
export { builtinMemberRisk, builtinRisk, type BuiltinRisk } from "./policy/builtin-risk.ts";
export { isHarmlessGlobal } from "./policy/global-risk.ts";
export { compareRisk, riskOf, type Risk } from "./policy/grant-risk.ts";
export { accept, ratchet } from "./policy/ratchet.ts";
export {
  changedGrants,
  comparePolicies,
  pendingGrants,
  type ChangedGrant,
  type GrantState,
  type PolicyChange,
} from "./policy/compare-policies.ts";
export {
  OVERRIDES_FILE,
  POLICY_FILE,
  readConflictedPolicy,
  readOverrides,
  readPolicy,
  readPolicyFile,
  type PolicyFiles,
} from "./policy/policy-files.ts";
export { optimiseAfter } from "./optimise-late.ts";
export { writeFileAtomically } from "./policy/write-file-atomically.ts";
export { escapeForTerminal } from "./audit/escape-for-terminal.ts";
export { quoteForShell } from "./audit/quote-for-shell.ts";
export { deniedAction, formatDenial, remedyOf, type DenialContext, type Remedy } from "./audit/format-denial.ts";
export { deniedGrant } from "./audit/denied-grant.ts";
export { DENIAL_CHANNEL, type DenialMessage } from "./audit/denial-channel.ts";
export { telemetryAttributes, type Attributes } from "./audit/telemetry-attributes.ts";
export { makeDenialReport, type DenialReport, type DenialReportOptions } from "./audit/denial-report.ts";
export type * from "./audit/use.ts";
export {
  beginLearningRun,
  forgetLearned,
  learnedFile,
  readLearned,
  type LearnedUses,
  type LearningRun,
} from "./audit/use-record.ts";
export {
  applyProposal,
  proposeScopes,
  type AuthorityFigure,
  type PackageProposal,
  type Proposal,
  type TakenGrant,
} from "./learning/propose-scopes.ts";
export { withoutLearned } from "./learning/learned-fields.ts";
export { grantReaches } from "./policy/grant-reach.ts";
export { isReservedForWrite } from "./policy/scope-rules.ts";
export { makeDenialLog, type CountedDenial, type DenialLog, type DenialLogOptions } from "./audit/denial-log.ts";
export { askWordsInSets, type WordLists } from "./loader/word-sets.ts";
export { makeRatchetTree } from "./packages/ratchet-tree.ts";
export { buildGraph, type GraphOptions } from "./packages/build-graph.ts";
export { buildIdentity } from "./prepared/preparation-identity.ts";
export { makeDisk, type DiskPower } from "./packages/disk.ts";
export { findProject } from "./packages/find-project.ts";
export { type FileReader } from "./packages/file-reader.ts";
export { loadedFoldersOf, loadsComputed } from "./packages/loaded-folders.ts";
export { locateNames } from "./packages/locate-names.ts";
export { findWorkspaces } from "./packages/workspaces.ts";
export { scopeFolders } from "./packages/scope-folders.ts";
export type { ScopeFolders } from "./policy/scope-place.ts";
export { isResolutionError, type ResolutionCode, type ResolutionError } from "./packages/resolution-error.ts";
export {
  makeResolver,
  type ResolutionMode,
  type ResolveOptions,
  type Resolver,
  type ResolverOptions,
} from "./packages/resolver.ts";
export { resolveProgram } from "./packages/resolve-program.ts";
export { isTypeScript, isTypeScriptElsewhere, stripTypes } from "./packages/typescript.ts";
export { nearestWord } from "./policy/nearest-word.ts";
export { grantProblem } from "./policy/grant-problem.ts";
export { findInstalledCommand, type InstalledCommand } from "./packages/installed-command.ts";
export { permissionFlags, type UnionOfGrants } from "./launching/permission-flags.ts";
export {
  makeSecret,
  SECRET_BYTES,
  storeLocation,
  userFolderOf,
  type StoreLocation,
} from "./prepared/store-location.ts";
