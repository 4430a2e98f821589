export { makeFs, makeFsPromises } from "./make-fs.ts";
export { makePathScopes, type PathMode, type PathScopes } from "./path-scopes.ts";
export { FS_MEMBERS, memberKeys, type MemberRow } from "./fs-members.ts";
export { makeRealPaths, type RealPaths } from "./real-path.ts";
