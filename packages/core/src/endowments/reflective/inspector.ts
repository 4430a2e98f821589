import { fileURLToPath, pathToFileURL } from "node:url";
import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory, EndowmentContext, SourcePositions } from "../principal.ts";

export const INSPECTOR_MEMBERS: MemberTable = {
  Session: ["refuse", "reads and runs everything in the process"],
  open: ["refuse", "opens the process to the network"],
  close: ["refuse", "ends the application's debugging"],
  url: ["own", "undefined: its answer holds the debugger's key, and programs only ask whether there is one"],
  waitForDebugger: ["refuse", "stops the process"],
  console: ["refuse", "V8's own console"],
  Network: ["refuse", "forges what the debugger shows"],
  NetworkResources: ["refuse", "forges what the debugger shows"],
  DOMStorage: ["refuse", "forges what the debugger shows"],
};

interface CoverageRange {
  startOffset: number;
  endOffset: number;
}
interface FunctionCoverage {
  ranges: CoverageRange[];
}
/** @see https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-ScriptCoverage */
interface ScriptCoverage {
  url: string;
  functions: FunctionCoverage[];
}

/** Coverage counted in the text that V8 ran, told in offsets of the source; moat's own wrappers are left out. */
export function coverageOfSource(coverage: ScriptCoverage, positions: SourcePositions): ScriptCoverage {
  const { bodyStart, sourceLength, offsetOf, startOf, isOwn } = positions;
  const own = coverage.functions.filter(({ ranges }) => ranges[0] !== undefined && ranges[0].startOffset >= bodyStart);
  const wrappers = coverage.functions.filter((each) => !own.includes(each));
  const module = wrappers.at(-1);
  const ofSource = own.filter(({ ranges: [whole] }) => !isOwn(whole!.startOffset, whole!.endOffset));
  const functions = (module === undefined ? ofSource : [module, ...ofSource]).map((each) => ({
    ...each,
    // A handler that moat put there is no branch of the program.
    ranges: each.ranges
      .filter(({ startOffset, endOffset }, index) => index === 0 || !isOwn(startOffset, endOffset))
      .map((range, index) =>
        each === module && index === 0
          ? { ...range, startOffset: 0, endOffset: sourceLength }
          : { ...range, startOffset: startOf(range.startOffset), endOffset: offsetOf(range.endOffset) },
      ),
  }));
  return { ...coverage, functions };
}

/** `Session`, with coverage of the sources instead of what moat made of them, and without moat's own files. */
function makeSession(Real: any, context: EndowmentContext, returnsPromise: boolean): unknown {
  const hidden = ["moat:", ...context.reservedPaths.map((path) => pathToFileURL(path).href)];
  const positionsIn = (url: string): SourcePositions | undefined => {
    const { sourcePositions } = context.loader;
    // Node shows the scripts of CommonJS files, which are named by path, by URL.
    return sourcePositions?.(url) ?? (url.startsWith("file:") ? sourcePositions?.(fileURLToPath(url)) : undefined);
  };
  const translate = (answer: any): any => {
    if (!Array.isArray(answer?.result) || answer.result[0]?.functions === undefined) return answer;
    const result: ScriptCoverage[] = [];
    for (const coverage of answer.result as ScriptCoverage[]) {
      if (hidden.some((prefix) => coverage.url.startsWith(prefix))) continue;
      const positions = positionsIn(coverage.url);
      result.push(positions === undefined ? coverage : coverageOfSource(coverage, positions));
    }
    return { ...answer, result };
  };
  class Session extends Real {
    post(method: string, params?: unknown, callback?: unknown): unknown {
      if (method === "Profiler.startPreciseCoverage") context.loader.compileAnew?.();
      if (returnsPromise) return super.post(method, params).then(translate);
      const heard = typeof params === "function" ? params : callback;
      const given = typeof params === "function" ? undefined : params;
      if (typeof heard !== "function") return super.post(method, given, heard);
      return super.post(method, given, (error: unknown, answer: unknown) => heard(error, translate(answer)));
    }
  }
  return Session;
}

const attenuate =
  (builtin: string): BuiltinFactory =>
  (context) => {
    if (!context.principal.trusted) {
      return facadeFromTable(context, builtin, INSPECTOR_MEMBERS, { url: () => undefined });
    }
    const facade = wholeModule(context, builtin);
    facade["Session"] = makeSession(facade["Session"], context, builtin === "inspector/promises");
    return facade;
  };

/** `inspector`: for the application only; a debugger has no bounds. */
export const makeInspector = attenuate("inspector");

/** `inspector/promises`, the same. */
export const makeInspectorPromises = attenuate("inspector/promises");
