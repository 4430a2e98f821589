/**
 * Packages of test runners that evaluate other people's modules themselves, most with
 * `vm` and a loader of their own: specs, what these import, and the runner's own
 * matchers. What runs so runs with their authority, whoever wrote it.
 */
interface TestEvaluator {
  /** What it is granted is in its row alone: specs are loaded as usual. */
  readonly evaluatesNothing?: true;
  readonly evaluates?: true;
  readonly handsGlobals?: true;
  /** Packages that the evaluated modules import are loaded as usual, by its own imports. */
  readonly importsFor?: true;
  /** Variables of the environment that it reads for the evaluated modules, by names that can't be seen. */
  readonly reads?: readonly string[];
  /** The methods by which specs have it mock the clock of all packages that it does not evaluate. */
  readonly clockMethods?: readonly string[];
  /** Events of the process that it listens for by computed names. */
  readonly hears?: readonly string[];
  readonly why: string;
}

export const TEST_EVALUATORS: ReadonlyMap<string, TestEvaluator> = new Map<string, TestEvaluator>([
  [
    "jest-runtime",
    { evaluates: true, why: "loads specs, their dependencies and Jest's own matchers into vm contexts" },
  ],
  ["jest-environment-node", { handsGlobals: true, why: "its global variables are those of the specs" }],
  ["jest-environment-jsdom", { handsGlobals: true, why: "the same" }],
  [
    "jest-circus",
    {
      hears: ["uncaughtException", "unhandledRejection", "rejectionHandled"],
      why: "what a spec leaves uncaught is that spec's failure",
    },
  ],
  [
    "jasmine-core",
    {
      evaluatesNothing: true,
      clockMethods: ["clock"],
      hears: ["uncaughtException", "unhandledRejection", "rejectionHandled"],
      why: "the same, and jasmine.clock() is the specs' mock clock",
    },
  ],
  ["jest-util", { why: "copies its process.env for the specs" }],
  [
    "vitest",
    {
      evaluates: true,
      handsGlobals: true,
      importsFor: true,
      clockMethods: ["useFakeTimers", "setSystemTime"],
      why: "runs the project's modules after Vite has compiled them",
    },
  ],
  [
    "playwright",
    {
      importsFor: true,
      why: "writes its results anywhere in the project, so that the specs which it loads run as its code",
    },
  ],
  [
    "vite-node",
    {
      evaluates: true,
      handsGlobals: true,
      importsFor: true,
      reads: ["NODE_ENV"],
      why: "the same, for Vitest up to 3, and as a command; its import.meta.env is process.env behind a proxy",
    },
  ],
]);

/** Plugins of Vite that have what imports their framework compiled and evaluated like the project's own modules. */
export const INLINING_PLUGINS: ReadonlyMap<string, string> = new Map([["@sveltejs/vite-plugin-svelte", "svelte"]]);
