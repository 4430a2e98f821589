/**
 * Who is writing, and who calls: for the two decisions that ask a stack. One is whether a
 * property of another package's exports may be changed, asked only when somebody writes to
 * one, never when it is read; the other whether a stream of HTTP/2 sends a file (`http2-files.ts`).
 *
 * An assignment is made by the function right above the setter: V8 puts no frame
 * between them, and shows each builtin that calls a setter (`Object.assign`,
 * `Reflect.set`, methods of arrays). Bound functions and proxies leave no frame, so
 * a frame says who *calls* a builtin only if its text does so literally at that very
 * place; else `Reflect.set.bind(null, victim, "verify", mine)`, handed to the
 * application, would act in the application's name.
 *
 * HAZARD: this holds only as long as no guest gets hold of a setter; see `tameDescriptors`.
 */
import type { Caller, Principal } from "../endowments/principal.ts";
import { RESERVED } from "../loader/reserved-names.ts";
import { keptTextOf } from "./loaded-sources.ts";
import { ownerOfScript } from "./script-owners.ts";
import { callSitesAbove } from "./stack-traces.ts";

const { apply } = Reflect;
const { startsWith } = String.prototype;

/** Builtins that write for their caller, as their callers spell them. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  assign: ["Object."],
  defineProperties: ["Object."],
  defineProperty: ["Object.", "Reflect."],
  set: ["Reflect."],
};

/** Methods of what is written to: `exported.__defineGetter__(…)`. */
export function isMethodBuiltin(builtin: string): boolean {
  return builtin === "__defineGetter__" || builtin === "__defineSetter__";
}

/**
 * @param above the function of moat's that is being called: a setter, or what stands in for a builtin.
 * @param builtin the name of the builtin that it stands in for.
 * @param written `String.prototype.red`, where a method's caller has to spell what it is called on.
 * HAZARD: it may be bound to that, and lie on another object, on which somebody else calls it.
 */
export function writerAbove(above: Function, builtin?: string, written?: string): Caller {
  const sites = callSitesAbove(above);
  let called = builtin;
  let index = 0;
  if (called === undefined && sites.length > 0 && isBuiltin(sites[0]!)) {
    called = sites[0]!.getFunctionName() ?? "";
    index = 1;
    // moat's stand-in for `Object.assign` calls the native one.
    if (called === "assign" && sites.length > 1 && isStandIn(sites[1]!)) index = 2;
  }
  const site = sites[index];
  const owner = site && ownerOf(site);
  const isCaller = owner !== undefined && (called === undefined || spellsCall(site!, called, written));
  let nearest = owner;
  for (; nearest === undefined && index < sites.length; index++) nearest = ownerOf(sites[index]!);
  return { principal: isCaller ? owner : undefined, nearest };
}

/**
 * Who calls a method of moat's by its name (`stream.respondWithFile(…)`). Bound functions and what Node or a builtin
 * calls are nobody's.
 * HAZARD: the method may have been put, bound to something else, where the caller's text looks for it.
 */
export function callerAbove(method: Function, name: string): Caller {
  const sites = callSitesAbove(method);
  const [site] = sites;
  const owner = site && ownerOf(site);
  const nearest = owner ?? sites.map(ownerOf).find((one) => one !== undefined);
  return { principal: owner !== undefined && spells(site!, `.${name}(`, 1) ? owner : undefined, nearest };
}

/**
 * Whether the text of a package or of the application reads or writes, itself or by builtins: not moat's, and not Node's.
 * @param above the getter or setter that is being called
 */
export function isUsedByGuest(above: Function): boolean {
  const site = callSitesAbove(above).find((one) => !isBuiltin(one));
  return site !== undefined && ownerOf(site) !== undefined;
}

/** Builtins have no file; every text that a compartment compiles has one. */
function isBuiltin(site: NodeJS.CallSite): boolean {
  return typeof site.getFileName() !== "string";
}

function isStandIn(site: NodeJS.CallSite): boolean {
  return !isBuiltin(site) && ownerOf(site) === undefined && site.getFunctionName() === "assign";
}

function ownerOf(site: NodeJS.CallSite): Principal | undefined {
  const file = site.getFileName();
  return typeof file === "string" ? ownerOfScript(file) : undefined;
}

/** Whether the text calls the builtin by its full name where the frame stands: `Object.assign(`. */
function spellsCall(site: NodeJS.CallSite, builtin: string, written: string | undefined): boolean {
  const text = keptTextOf(site.getFileName() as string);
  if (text === undefined) return false;
  const position = positionOf(site);
  if (isMethodBuiltin(builtin)) return spells(site, `.${builtin}(`, 1) && spellsHolder(text, position - 1, written);
  if (!Object.hasOwn(SPELLINGS, builtin)) return false;
  for (const spelling of SPELLINGS[builtin]!) {
    // In a context of `vm`, where names are looked up.
    const lookedUp = `${RESERVED.free}(${JSON.stringify(spelling.slice(0, -1))}).`;
    if (apply(startsWith, text, [`${lookedUp}${builtin}(`, position - lookedUp.length]) as boolean) return true;
    const start = position - spelling.length;
    if (!(apply(startsWith, text, [`${spelling}${builtin}(`, start]) as boolean)) continue;
    if (!isContinued(text, start)) return true;
  }
  return false;
}

/** Whether what ends there is `String.prototype`, `http.IncomingMessage.prototype` or `IncomingMessage.prototype`. */
function spellsHolder(text: string, end: number, written: string | undefined): boolean {
  if (written === undefined) return true;
  const holder = written.slice(0, written.lastIndexOf("."));
  const ofModule = holder.search(/\.[A-Z]/u) + 1;
  // In a context of `vm`, where names are looked up.
  const lookedUp = holder.replace(/^\w+/u, (name) => `${RESERVED.free}(${JSON.stringify(name)})`);
  return [holder, holder.slice(ofModule), lookedUp].some((spelling) => {
    const start = end - spelling.length;
    return (apply(startsWith, text, [spelling, start]) as boolean) && !isContinued(text, start);
  });
}

/** `my.Object.assign(` and `myObject.assign(` are somebody's own. */
function isContinued(text: string, start: number): boolean {
  return /[\p{ID_Continue}$.\u200c\u200d]/u.test(text[start - 1] ?? "");
}

/** Whether the text has this where the frame stands, or so many characters before. */
function spells(site: NodeJS.CallSite, spelling: string, before: number): boolean {
  const text = keptTextOf(site.getFileName() as string);
  return text !== undefined && (apply(startsWith, text, [spelling, positionOf(site) - before]) as boolean);
}

const positionOf = (site: NodeJS.CallSite): number => (site as unknown as { getPosition(): number }).getPosition();
