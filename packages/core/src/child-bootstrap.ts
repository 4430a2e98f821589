/**
 * The first file of a `node` that a program under moat starts:
 * `node child-bootstrap.js <request> [args…]`. Nobody gains by starting it
 * himself: who can start node freely needs no bootstrap, and for a package the
 * command is always planned by moat, under the package's own name.
 */
import process from "node:process";
import { reportStartFailure } from "./launching/report-start-failure.ts";
import { startFromRequest } from "./launching/start-from-request.ts";
import { parseStartRequest } from "./launching/start-request.ts";

try {
  const request = parseStartRequest(process.argv[2]);
  const { entry } = request;
  const program = "file" in entry ? [entry.file] : [];
  startFromRequest({ request, argv: [process.execPath, ...program, ...process.argv.slice(3)] });
} catch (error) {
  reportStartFailure(error);
}
