/**
 * What prepares a text, for those who may never need to: the build makes a file of its
 * own of each `late.ts`, which is loaded at the first call of one of its functions.
 *
 * HAZARD: by then the realm is locked down. What is behind it takes nothing from the global
 * object as it is loaded, and no intrinsic that moat tames.
 */
export { prepareModule, prepareModuleQuickly } from "./transform-module.ts";
export {
  prepareCommonJs,
  prepareCommonJsQuickly,
  prepareFunction,
  prepareFunctionQuickly,
  prepareScript,
} from "./transform-text.ts";
export { exportedNames } from "./exported-names.ts";
export { loadPreparation } from "./load-preparation.ts";
