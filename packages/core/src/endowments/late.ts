/** Builtins, and what else of Node a principal may ask for; see `loader/late.ts`. A program that only prints needs none of it. */
export { hardenBuffer } from "./buffer.ts";
export { builtinFacade, makeBuiltin } from "./builtins.ts";
export { webCryptoOf } from "./crypto.ts";
export { hardenBasics } from "./harden-basics.ts";
export { hardenBehindGlobal } from "./leads-to.ts";
export { makeNavigator } from "./navigator.ts";
export { installNetworkGuard, makeFetchGlobals } from "./net/index.ts";
export { principalProcess } from "./process/process.ts";
export { timerFunctions } from "./timers.ts";
export { makeWebAssembly } from "./web-assembly.ts";
