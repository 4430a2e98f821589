/** From a file on disk to a functor ready to be compiled. */
import { Buffer } from "node:buffer";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import {
  exportedNames,
  loadPreparation,
  prepareCommonJs,
  prepareCommonJsQuickly,
  prepareModule,
  prepareModuleQuickly,
} from "../loader/late.ts";
import { loadParser } from "../loader/parser/late.ts";
import { COMMONJS_NAMES, type NameSets } from "../loader/name-sets.ts";
import type { ModuleFunctor } from "../loader/transform-module.ts";
import type { CommonJsFunctor } from "../loader/transform-text.ts";
import { optimisedLate } from "../optimise-late.ts";
import type { Resolution } from "../packages/types.ts";
import { stripTypes } from "../packages/typescript.ts";
import type { FoundModule, PreparedModules } from "../prepared/prepared-modules.ts";
import { judgedByV8 } from "./compile-functor.ts";
import { namesKeyOf } from "./names-key.ts";
import { showsDescriptors } from "./own-proxy.ts";
import { addsToSymbol } from "./package-symbol.ts";
import { readSource } from "./read-source.ts";
import { usesStackSettings } from "./stack-settings.ts";
import type { World } from "./world.ts";

/** What a text asks for by what it speaks of. */
export interface SourceTraits {
  /** Whether the text speaks of `Error`'s stack settings: it then gets an `Error` of the compartment's own. */
  readonly usesStackSettings: boolean;
  /** Whether it says which descriptors a proxy shows: it then gets a `Proxy` that knows what is only shown as data. */
  readonly showsDescriptors: boolean;
  /** Whether it keeps something on `Symbol`: the package then gets one of its own. */
  readonly addsToSymbol: boolean;
}

/** Looked for in the text alone: one that only mentions it gets it too. */
export const traitsOf = (source: string): SourceTraits => ({
  usesStackSettings: usesStackSettings(source),
  showsDescriptors: showsDescriptors(source),
  addsToSymbol: addsToSymbol(source),
});

/** What importers see of a CommonJS file, as its text tells. */
export interface CommonJsNames {
  readonly exports: readonly string[];
  readonly reexports: readonly string[];
}

export type PreparedSource = SourceTraits &
  (
    | {
        readonly kind: "commonjs";
        readonly functor: CommonJsFunctor;
        /** Where an ES module has imported it. */
        readonly names?: CommonJsNames;
      }
    | { readonly kind: "module"; readonly functor: ModuleFunctor }
  );

/** What `checkBeforehand` has prepared and the loaders have not taken yet, by compartment and path. */
const preparedBeforehand = new WeakMap<World, Map<string, PreparedSource>>();

/** @throws {SyntaxError} naming the file and the place. */
export function prepareSource(world: World, resolution: Resolution): PreparedSource {
  const waiting = preparedBeforehand.get(world);
  const ready = waiting?.get(resolution.path);
  if (ready !== undefined) {
    waiting!.delete(resolution.path);
    return ready;
  }
  return prepare(world, resolution);
}

/** Prepares a file for whoever asks for it next. */
export function prepareAhead(world: World, resolution: Resolution): PreparedSource {
  let waiting = preparedBeforehand.get(world);
  if (waiting === undefined) preparedBeforehand.set(world, (waiting = new Map()));
  const prepared = waiting.get(resolution.path) ?? prepare(world, resolution);
  waiting.set(resolution.path, prepared);
  return prepared;
}

/** The names of a package's CommonJS file; none where the text can't be read, as in Node. */
export function commonJsNamesOf(world: World, resolution: Resolution): CommonJsNames {
  let prepared: PreparedSource | undefined;
  try {
    prepared = prepareAhead(world, resolution);
  } catch (error) {
    // Whoever runs it is told.
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (prepared?.kind === "commonjs" && prepared.names !== undefined) return prepared.names;
  const bytes = readSource(resolution.path);
  const names = readNames(bytes, resolution.path);
  const { prepared: kept } = world.realm;
  if (kept !== undefined && prepared?.kind === "commonjs") {
    const name = nameOf(world, resolution, kept);
    const known = kept.find(name, bytes);
    if (known !== undefined) kept.amend(name, bytes, { ...(known.facts as object), names });
  }
  return names;
}

function readNames(bytes: Buffer, path: string): CommonJsNames {
  try {
    const { exports, reexports } = exportedNames(stripTypes(bytes.toString("utf8"), path));
    return { exports: [...exports], reexports: [...reexports] };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return { exports: [], reexports: [] };
  }
}

const mannerOf = (world: World, { format, ambiguous }: Resolution, kept: PreparedModules): string =>
  `${format}${ambiguous ? "?" : ""}${namesKeyOf(world.compartment.names, kept)}:`;

const nameOf = (world: World, resolution: Resolution, kept: PreparedModules): string =>
  mannerOf(world, resolution, kept) + resolution.path;

function prepare(world: World, resolution: Resolution): PreparedSource {
  const prepared = prepareAnew(world, resolution);
  // Before the packages that it imports first have looked at the clock.
  if (world.context.sharesClock !== undefined && requestsOf(prepared).includes("node:test"))
    world.context.sharesClock();
  return prepared;
}

/** What a module is certain to load, as far as its text tells. */
export const requestsOf = (prepared: PreparedSource): readonly string[] =>
  prepared.kind === "module"
    ? prepared.functor.facts.requests.map(({ specifier }) => specifier)
    : prepared.functor.certainRequests;

function prepareAnew(world: World, resolution: Resolution): PreparedSource {
  const bytes = sourceOf(world, resolution);
  const { prepared: kept } = world.realm;
  const name = kept && nameOf(world, resolution, kept);
  const found = name === undefined ? undefined : kept!.find(name, bytes);
  if (found !== undefined) return preparedFrom(found);
  const twin = kept?.findTwin(mannerOf(world, resolution, kept), extname(resolution.path), bytes);
  if (twin !== undefined) {
    const { facts, text } = twin;
    return preparedFrom({ facts, text, code: kept!.keep(name!, Buffer.from(bytes), facts, text) });
  }
  const prepared = prepareText(
    stripTypes(bytes.toString("utf8"), resolution.path),
    world.compartment.names,
    resolution,
  );
  if (name === undefined) return prepared;
  const { functor, ...traits } = prepared;
  const { text, compiled: _compiled, ...facts } = functor;
  const positions = { ...facts.positions, shifts: Array.from(facts.positions.shifts) };
  const code = kept!.keep(name, Buffer.from(bytes), { ...traits, functor: { ...facts, positions } }, text);
  return { ...traits, functor: { ...functor, code } } as PreparedSource;
}

/** As `readSource` has it, or as tracing would have it. */
function sourceOf({ realm }: World, { path, format }: Resolution): Buffer {
  const bytes = readSource(path);
  if (realm.outerHooks === undefined || format !== "commonjs") return bytes;
  const text = bytes.toString("utf8");
  const traced = realm.outerHooks.textOf(path, text);
  return traced === text ? bytes : Buffer.from(traced);
}

function preparedFrom({ facts, text, code }: FoundModule): PreparedSource {
  const { functor, ...traits } = facts as { readonly functor: object };
  // In this order: of a copy that gets more properties afterwards, V8 gives each one a shape of its own.
  return { functor: { text, code, ...functor }, ...traits } as PreparedSource;
}

function prepareText(source: string, names: NameSets, resolution: Resolution): PreparedSource {
  const traits = traitsOf(source);
  loadPreparation();
  const quick = optimisedLate(() => prepareQuickly(source, names, resolution, traits));
  if (quick !== undefined) return quick;
  loadParser();
  try {
    return optimisedLate(() => {
      if (resolution.format === "module") return { kind: "module", functor: prepareModule(source, names), ...traits };
      return prepareAmbiguous(source, names, resolution, traits);
    });
  } catch (error) {
    throw located(error, resolution, source);
  }
}

function prepareQuickly(
  source: string,
  names: NameSets,
  resolution: Resolution,
  traits: SourceTraits,
): PreparedSource | undefined {
  const fileName = fileNameOf(resolution);
  if (resolution.format === "module") {
    const functor = judgedByV8(prepareModuleQuickly(source, names), fileName);
    return functor && { kind: "module", functor, ...traits };
  }
  const functor = judgedByV8(prepareCommonJsQuickly(source, names), fileName);
  return functor && { kind: "commonjs", functor, ...traits };
}

/** How a file's text is called in stacks: as Node does. */
export const fileNameOf = ({ format, path }: Resolution): string =>
  format === "module" ? pathToFileURL(path).href : path;

/** A file without `type` is CommonJS unless only a module can be written so. */
function prepareAmbiguous(
  source: string,
  names: NameSets,
  resolution: Resolution,
  traits: SourceTraits,
): PreparedSource {
  try {
    return { kind: "commonjs", functor: prepareCommonJs(source, names), ...traits };
  } catch (error) {
    if (resolution.ambiguous !== true || !(error instanceof SyntaxError)) throw error;
    try {
      return { kind: "module", functor: prepareModule(source, names), ...traits };
    } catch {
      throw error;
    }
  }
}

/**
 * The error as V8 itself reports it: with the file, the line and a mark under
 * the place. Where V8 has nothing to object, or can't read the text as a script,
 * the parser's own words with the same particulars.
 */
function located(error: unknown, resolution: Resolution, source: string): unknown {
  if (!(error instanceof SyntaxError)) return error;
  if (resolution.format !== "module") {
    try {
      new Script(`(function(${COMMONJS_NAMES.join(",")}){\n${source.replace(/^#!/, "//")}\n})`, {
        filename: resolution.path,
        lineOffset: -1,
      });
    } catch (native) {
      return native;
    }
  }
  const { loc } = error as { loc?: { line: number; column: number } };
  const text = error.message.replace(/ \(\d+:\d+\)$/, "");
  const plain = new SyntaxError(text);
  if (loc === undefined) {
    plain.stack = `${resolution.path}\n\nSyntaxError: ${text}\n    at ${resolution.path}`;
    return plain;
  }
  const line = source.split("\n")[loc.line - 1] ?? "";
  const place = `${resolution.path}:${loc.line}`;
  plain.stack = `${place}\n${line}\n${" ".repeat(loc.column)}^\n\nSyntaxError: ${text}\n    at ${place}:${loc.column + 1}`;
  return plain;
}
