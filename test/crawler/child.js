"use strict";
// A child and a worker of the package: it says one thing, and goes.
if (process.send) process.send({ from: "child" }, () => process.disconnect?.());
else require("node:worker_threads").parentPort?.postMessage({ from: "worker" });
