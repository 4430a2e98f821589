/** What a worker that a program under moat starts runs; see `worker-bootstrap.ts`. */
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { reportStartFailure } from "./launching/report-start-failure.ts";
import { startFromRequest } from "./launching/start-from-request.ts";
import { parseStartRequest } from "./launching/start-request.ts";

interface WorkerStart {
  readonly request: string;
  readonly workerData: unknown;
  readonly environmentData: ReadonlyMap<unknown, unknown>;
}

try {
  const start = workerData as WorkerStart | null;
  const request = parseStartRequest(start?.request);
  const { entry } = request;
  const name = "file" in entry ? entry.file : (entry.name ?? "[worker eval]");
  startFromRequest({
    request,
    argv: [process.execPath, name, ...process.argv.slice(2)],
    worker: { workerData: start!.workerData, environmentData: start!.environmentData, parentPort },
  });
} catch (error) {
  reportStartFailure(error);
}
