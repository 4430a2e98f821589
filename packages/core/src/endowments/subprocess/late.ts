/** Programs and workers, for who asks for them; see `loader/late.ts`. */
export { makeChildProcess } from "./child-process.ts";
export { makeCluster } from "./cluster.ts";
export { makeWorkerThreads } from "./worker-threads.ts";
