import { policyOf, type Grant, type PackageEntry } from "@moat/core/model";
import type { Evidence } from "@moat/policy-gen";
import { makeReport } from "../../packages/cli/src/report/make-report.ts";
import type { Report } from "../../packages/cli/src/report/report.ts";
import { reviewPolicies } from "../../packages/cli/src/review/review-policies.ts";

/** How often a package asks for what, in a hundred. */
const WISHES: readonly (readonly [percent: number, grant: Grant, snippet: string])[] = [
  [9, { capability: "fs.read", target: "." }, `return fs.readFileSync(path.resolve(file), "utf8");`],
  [
    14,
    { capability: "fs.read", target: "<package>" },
    `const words = fs.readFileSync(path.join(__dirname, "words.txt"));`,
  ],
  [4, { capability: "fs.write", target: "<tmp>" }, `fs.writeFileSync(path.join(os.tmpdir(), name), text);`],
  [2, { capability: "fs.write", target: "." }, `await fs.promises.writeFile(target, code);`],
  [6, { capability: "net.connect", target: "*" }, `const request = https.request(options, onResponse);`],
  [3, { capability: "net.listen", target: "*:*" }, `server.listen(port, done);`],
  [18, { capability: "env", target: "NODE_ENV" }, `if (process.env.NODE_ENV !== "production") {`],
  [5, { capability: "env", target: "API_TOKEN" }, `const token = process.env.API_TOKEN;`],
  [2, { capability: "command", target: "git" }, `execFile("git", ["rev-parse", "HEAD"], callback);`],
  [
    1,
    { capability: "native", target: "./build/Release/addon.node" },
    `module.exports = require("./build/Release/addon.node");`,
  ],
  [2, { capability: "worker", target: "" }, `const worker = new Worker(file, { workerData });`],
  [30, { capability: "builtin", target: "path", member: "join" }, `path.join(root, name)`],
  [25, { capability: "builtin", target: "util", member: "inspect" }, `util.inspect(value)`],
  [7, { capability: "builtin", target: "os", member: "homedir" }, `os.homedir()`],
];
const STEMS =
  "array async body buffer cache color config cookie date deep event file glob http json lazy level list log map merge mime number object parse path promise query range read regex retry router scan send stream string table text time token tree type url value walk wrap write".split(
    " ",
  );
const ENDINGS = "core utils parser stream cache loader pad flat is to js kit format types plugin".split(" ");

/** A tree of so many packages as real ones are: most only compute. The same number gives the same tree. */
export function makeLargeTree(count: number): Report {
  const random = randomFrom(count);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const packages: Record<string, PackageEntry> = Object.create(null);
  const evidence: Evidence[] = [];
  const names: string[] = [];
  while (names.length < count) {
    const own = `${STEMS[upTo(STEMS.length)]}-${ENDINGS[upTo(ENDINGS.length)]}${names.length > 700 ? `-${upTo(9)}` : ""}`;
    const parent = random() < 0.3 ? undefined : names[upTo(names.length)];
    const name = parent === undefined || parent.split(">").length > 5 ? own : `${parent}>${own}`;
    if (Object.hasOwn(packages, name)) continue;
    const wanted = WISHES.filter(([percent]) => random() * 100 < percent);
    for (const [, grant, snippet] of wanted)
      evidence.push({ package: name, ...grant, file: "lib/index.js", line: 1 + upTo(400), column: 1, snippet });
    const grants = wanted.map(([, grant]) => grant);
    const isPending = random() < 0.004;
    packages[name] = isPending ? { pending: policyOf(grants) } : policyOf(grants);
    if (parent !== undefined && Object.hasOwn(packages, parent))
      packages[parent] = { ...packages[parent], packages: [...(packages[parent]!.packages ?? []), name] };
    names.push(name);
  }
  const policy = { version: 1, root: "trusted", entries: ["./server.js"], packages } as const;
  const before = Object.assign(Object.create(null) as Record<string, PackageEntry>, packages);
  for (let n = 0; n < count; n += 60) before[names[n]!] = {};
  return makeReport({
    current: {
      project: "/shop",
      policy,
      overrides: { packages: Object.create(null) },
      evidence,
      findings: [],
      graph: undefined,
      note: "",
    },
    lock: {
      file: "package-lock.json",
      packages: [],
      find: (name) => ({ key: name, name, version: `${1 + (name.length % 9)}.${name.length % 4}.0` }),
    },
    changes: reviewPolicies({
      before: { policy: { ...policy, packages: before } },
      after: { policy },
      base: "origin/main",
      evidence,
    }),
    projectName: "shop",
    notes: [],
  });
}

/** A small generator of pseudo-random numbers below 1, for the same tree each time. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
