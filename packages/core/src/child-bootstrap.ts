/**
 * The first file of a `node` that a program under moat starts:
 * `node child-bootstrap.cjs <request> [args…]`. Nobody gains by starting it
 * himself: who can start node freely needs no bootstrap, and for a package the
 * command is always planned by moat, under the package's own name.
 */
import process from "node:process";
import { startWith } from "./launching/start-with.ts";

startWith(process.argv[2], "child-start.cjs");
