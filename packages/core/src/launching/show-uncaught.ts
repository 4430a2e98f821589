/**
 * What is printed when nobody catches an error. Node shows the line that V8 has:
 * of a rewritten text, all of it, or one of moat's own. Here it is the file's.
 */
import { types } from "node:util";
import { runInNewContext } from "node:vm";
import { sourceLineOf } from "../compartments/loaded-sources.ts";
import { guestOrigin } from "../compartments/stack-traces.ts";
import type { Powers } from "../endowments/principal.ts";

export function showUncaughtErrors({ process }: Powers): void {
  process.on("uncaughtExceptionMonitor", (error: unknown) => {
    if (process.listenerCount("uncaughtException") > 0 || process.hasUncaughtExceptionCaptureCallback()) return;
    // After the program's own listeners, which see the stack as it was; Node prints when these are done.
    if (!types.isNativeError(error)) return;
    // Of what a listener of `exit` throws, nobody is told any more.
    if ((process as { _exiting?: boolean })._exiting === true) showPlace(error);
    else process.on("exit", () => showPlace(error));
  });
}

function showPlace(error: Error): void {
  // HAZARD: what the error answers is the guest's; nothing is decided by it.
  try {
    const { stack } = error;
    if (typeof stack !== "string") return;
    markAsShown(error);
    Reflect.set(error, "stack", `${noteOn(error)}${HAS_PLACE.test(stack) ? "" : placeOf(error)}${stack}`);
  } catch {
    // A getter that throws: Node prints what it can.
  }
}

/** V8's words for a change of what is locked. */
const IS_LOCKED =
  /^Cannot (?:add|define|redefine|assign to read only|delete) property .*(?:not extensible|of object|: )|^Cannot redefine property/;

/** An installed package that changes what is everybody's can't say so better than V8 does. */
function noteOn(error: Error): string {
  if (!(error instanceof TypeError) || !IS_LOCKED.test(error.message)) return "";
  if (!/[\\/]node_modules[\\/]/.test(guestOrigin(error)?.file ?? "")) return "";
  return "moat: the language's objects and Node's classes are everybody's: what they have stays, and what is added has to be named in the policy (moat allow NAME share String.prototype.x), if this is one of them\n";
}

/** Syntax errors come with their place. */
const HAS_PLACE = /\n[ \t]*\^+\n/;

/** Node leaves out the line for an error that went through a script, whose line it has put before the stack. */
function markAsShown(error: Error): void {
  try {
    runInNewContext("throw error", { __proto__: null, error });
  } catch {
    // It is the error itself.
  }
}

/** Longer lines, as minified files have them, are shown around the place. In UTF-16 units. */
const LONGEST_LINE = 400;
const BEFORE_PLACE = 100;

function placeOf(error: Error): string {
  const origin = guestOrigin(error);
  if (origin === undefined) return "";
  const line = sourceLineOf(origin.file, origin.line);
  if (line === undefined) return "";
  const made = origin.column - 1;
  // V8 points to the statement that throws, the stack to where the error was made.
  const thrown = /\bthrow\b[^;{}]*$/.exec(line.slice(0, made))?.index ?? made;
  const isLong = line.length > LONGEST_LINE;
  const from = isLong ? Math.max(0, thrown - BEFORE_PLACE) : 0;
  const [head, tail] = [from > 0 ? "…" : "", isLong && from + LONGEST_LINE < line.length ? "…" : ""];
  const shown = isLong ? line.slice(from, from + LONGEST_LINE) : line;
  const before = head + shown.slice(0, thrown - from);
  return `${origin.file}:${origin.line}\n${head}${shown}${tail}\n${before.replace(/[^\t]/g, " ")}^\n\n`;
}
