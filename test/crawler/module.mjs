export const meta = import.meta;
export { default as own } from "./walker.js";
export const dynamic = () => import("./walker.js");
