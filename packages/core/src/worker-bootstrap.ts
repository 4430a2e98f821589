/**
 * The first file of a worker that a program under moat starts. What it is to run
 * and for whom comes in moat's own part of `workerData`, which packages never write.
 */
import { workerData } from "node:worker_threads";
import { startWith } from "./launching/start-with.ts";

startWith((workerData as { request?: string } | null)?.request, "worker-start.cjs");
