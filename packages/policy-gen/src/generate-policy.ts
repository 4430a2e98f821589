import { buildGraph, findInstalledCommand, makeDisk, makeResolver } from "@moat/core/model";
import type { FileReader, Overrides, PackageGraph, Policy } from "@moat/core/model";
import type { Evidence, Finding } from "./grant-collector.ts";
import { openKeptGeneration, PARSER, type Generation } from "./kept-generation.ts";
import { recordReader } from "./recorded-disk.ts";

/** For which programs of which project, and what may be kept for the next time. */
export interface GenerateOptions {
  /** Absolute folder of the project: where its `package.json` is. */
  readonly projectDir: string;
  /** Project-relative modules, `./index.js`, installed commands, `bin:eslint`, and what is loaded before these, `require:dotenv/config`. */
  readonly entries: readonly string[];
  /** `trusted` unless said. A confined root gets an entry `.` of its own. */
  readonly root?: Policy["root"];
  /** What people wrote; applied by the runtime, and here only where it adds edges to follow. */
  readonly overrides?: Overrides;
  /** Folder for the last analysis, and the facts of files that have been analysed; none is kept unless given. */
  readonly cacheDir?: string;
  /**
   * Folder that holds such folders of other projects. HAZARD: it is believed as much as the project's own.
   */
  readonly otherCaches?: string;
  /** Asks V8 to optimise later while files are parsed, by flags of the whole process: for a process that does little else. */
  readonly slowOptimiser?: boolean;
  /** Called for each file that is looked at. */
  readonly onProgress?: (progress: { readonly file: string; readonly count: number }) => void;
}

/** A policy, and what it was made of. */
export interface Generated {
  readonly policy: Policy;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly Finding[];
  readonly graph: PackageGraph;
  /** Real absolute paths of the modules that entries reach. */
  readonly files: readonly string[];
}

/**
 * The policy that a project's code asks for: what every package which the
 * entries reach does, with evidence for each grant. Writes nothing but its
 * cache; merging with a policy that exists is `ratchet`'s.
 * @throws MoatError MOAT_ENTRY_MISSING where an entry is not there.
 */
export async function generatePolicy(options: GenerateOptions): Promise<Generated> {
  const disk = makeDisk();
  const project = disk.realpath(options.projectDir) ?? options.projectDir;
  const question = [
    project,
    options.entries.map((entry) => [entry, findProgram(entry, project)]),
    options.root ?? "trusted",
    Object.entries(options.overrides?.packages ?? {}).map(([name, { packages = [] }]) => [name, packages]),
  ];
  const kept = options.cacheDir === undefined ? undefined : openKeptGeneration(options.cacheDir, question, disk);
  const known = kept?.find();
  if (known !== undefined) return withGraph(known, project, disk);
  const reader = recordReader(disk);
  // Loaded when it is needed: where nothing has changed, it is not.
  const { analyzeProject } = await import("./analyze-project.ts");
  const generation = analyzeProject(options, project, reader);
  if (kept !== undefined) {
    // Another parser in its place would be a change too.
    reader.readText(PARSER);
    const record = reader.record();
    if (record !== undefined) kept.keep(generation, record);
  }
  return withGraph(generation, project, disk);
}

/** The graph is made when somebody asks for it. */
function withGraph(generation: Generation, project: string, disk: FileReader): Generated {
  let graph: PackageGraph | undefined;
  return {
    policy: generation.policy,
    findings: generation.findings,
    get evidence() {
      return generation.evidence;
    },
    get files() {
      return generation.files;
    },
    get graph() {
      const phantom = new Map(generation.phantom.map(([location, names]) => [location, new Set(names)]));
      return (graph ??= buildGraph(project, disk, { resolver: makeResolver(disk, { roots: [project] }), phantom }));
    },
  };
}

/** The file of an installed command, `bin:eslint`; undefined where there is none, and for modules. */
function findProgram(entry: string, project: string): string | undefined {
  try {
    return entry.startsWith("bin:") ? findInstalledCommand(entry.slice("bin:".length), project).file : undefined;
  } catch {
    // Said by `resolveEntry`.
    return undefined;
  }
}
