/** `fs`, for who asks for it; see `loader/late.ts`. */
export { makeFs } from "./make-fs.ts";
