export { MoatError } from "./errors/moat-error.ts";
