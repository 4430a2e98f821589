/**
 * Under Node's `--enable-source-maps`, places in the sources that compiled files were made of.
 *
 * HAZARD: a file says itself where its map lies, and stacks are shown to packages. Only what lies in the file's own
 * package is read, and of it places and names of sources are told.
 */
import { Buffer } from "node:buffer";
import { readFileSync, realpathSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { positionsIn, textInFile } from "./loaded-sources.ts";
import { ownerOfScript } from "./script-owners.ts";

let isEnabled = (): boolean => false;

/** Says whether places are to be mapped, which a program may change while it runs. */
export function mapPlacesWhere(enabled: () => boolean): void {
  isEnabled = enabled;
}

export const mapsPlaces = (): boolean => isEnabled();

/** Of the files that were asked for; undefined where there is no map that can be used. */
const maps = new Map<string, SourceMap | undefined>();

/** HAZARD: a map's file names what it likes: with the end of a line it would add others to stacks, and colours to terminals. */
const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/**
 * Where a place of a loaded file stands in its source, as `path:line:column`; undefined where no map says it.
 * @param line and column count from 1
 */
export function mappedPlace(file: string, line: number, column: number): string | undefined {
  if (positionsIn(file) === undefined) return undefined;
  try {
    const entry = mapOf(file)?.findEntry(line - 1, column - 1);
    if (entry === undefined || !("originalSource" in entry)) return undefined;
    const { originalSource, originalLine, originalColumn } = entry;
    const source = originalSource.startsWith("file:") ? fileURLToPath(originalSource) : originalSource;
    if (CONTROLS.test(source)) return undefined;
    return `${source}:${originalLine + 1}:${originalColumn + 1}`;
  } catch {
    // Too little stack left, or a source that is no path: the place stays as it is.
    return undefined;
  }
}

/** Each is read once, also where it can't be used: stacks have many frames. */
function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file))
    try {
      maps.set(file, readMap(file));
    } catch (error) {
      // Too little stack left says nothing of the map.
      if (error instanceof RangeError) throw error;
      maps.set(file, undefined);
    }
  return maps.get(file);
}

/** @throws where the map is not there or not one */
function readMap(file: string): SourceMap | undefined {
  const link = [...(textInFile(file) ?? "").matchAll(/^\/\/[#@] ?sourceMappingURL=(\S+)\s*$/gmu)].at(-1)?.[1];
  if (link === undefined) return undefined;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  const payload = payloadOf(link, path, file);
  if (payload === undefined || typeof payload.mappings !== "string") return undefined;
  const root = payload.sourceRoot ? `${payload.sourceRoot.replace(/\/$/u, "")}/` : "";
  const sources = payload.sources.map((source) => new URL(root + source, pathToFileURL(path)).href);
  return new SourceMap({ ...payload, sources, sourceRoot: "" });
}

const IN_LINE = /^data:application\/json(?:;charset=[\w-]+)?;base64,/u;

function payloadOf(link: string, path: string, file: string): SourceMapPayload | undefined {
  if (IN_LINE.test(link))
    return JSON.parse(Buffer.from(link.replace(IN_LINE, ""), "base64").toString()) as SourceMapPayload;
  const folder = ownerOfScript(file)?.location;
  const map = realpathSync.native(resolve(dirname(path), decodeURIComponent(link)));
  if (folder === undefined || !map.endsWith(".map") || !map.startsWith(realpathSync.native(folder) + sep))
    return undefined;
  return JSON.parse(readFileSync(map, "utf8")) as SourceMapPayload;
}
