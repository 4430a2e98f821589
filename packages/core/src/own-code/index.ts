/** How the command and the bootstraps load the rest of moat. */
export { keepOwnCode, requireOwn, useKeptCode } from "./own-code.ts";
export { userFolderOf } from "../prepared/store-location.ts";
