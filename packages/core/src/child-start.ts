/** What a `node` that a program under moat starts runs; see `child-bootstrap.ts`. */
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
