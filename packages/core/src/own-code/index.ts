/** How the command and the bootstraps load the rest of moat. */
export { nearestLocation } from "./nearest-location.ts";
export { keepOwnCode, keepOwnCodeAhead, requireOwn, useKeptCode } from "./own-code.ts";
