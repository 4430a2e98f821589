import PQueue from "p-queue";

const queue = new PQueue({ concurrency: 3 });
const done = [];
queue.on("idle", () => console.log(done.length, done.slice(0, 4)));
for (let n = 0; n < 20; n++) queue.add(async () => done.push(n), { priority: n % 3 });
await queue.onIdle();
