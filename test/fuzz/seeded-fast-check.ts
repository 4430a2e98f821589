/**
 * fast-check as the tests import it: each run tries the same cases, so that a
 * failure is of the change and not of the day. New cases are what
 * `npm run fuzz` is for, or `MOAT_SEED=7 npm test`.
 */
import fc from "../../node_modules/fast-check/lib/fast-check.js";

fc.configureGlobal({ seed: Number(process.env["MOAT_SEED"] ?? 1) });

export default fc;
