import { programsOfLine, wordsOfPlainCommand } from "@moat/core/model";
import { constantText, keyOf } from "./constant.ts";
import type { IsConstant } from "./constant.ts";
import { isSystemPath, levelsAbove, ownPath, ownPlace } from "./own-paths.ts";
import type { Capability } from "./facts.ts";
import type { SyntaxNode } from "./scope.ts";
import type { Effect } from "./tables/member-effects.ts";

export type Emit = (capability: Capability, target: string, node: SyntaxNode) => void;

/** Records what a member touches where it is used as a value: whatever its callers ask for. */
export function recordValueEffect(effect: Effect, node: SyntaxNode, emit: Emit): void {
  switch (effect) {
    case "read":
    case "write":
    case "tmp":
      emit("fs", effect, node);
      return;
    case "both":
    case "open":
      emit("fs", "read", node);
      emit("fs", "write", node);
      return;
    case "connect":
    case "dial":
      emit("connect", "*", node);
      return;
    case "listen":
      emit("listen", "*", node);
      return;
    case "datagram":
      emit("connect", "*", node);
      emit("listen", "*", node);
      return;
    case "fork":
      emit("command", "node", node);
      return;
    case "program":
    case "shell":
      emit("unanalyzed", "command that is not constant", node);
      return;
    case "worker":
      emit("worker", "", node);
  }
}

/** Records what a call touches, as narrowly as its arguments show. */
export function recordCallEffect(
  effect: Effect,
  scheme: string,
  call: SyntaxNode,
  isConstant: IsConstant,
  emit: Emit,
): void {
  const args = call["arguments"] as SyntaxNode[];
  const [first, second] = args;
  switch (effect) {
    case "open": {
      const flags =
        second === undefined || second.type.includes("Function") || opensToRead(second)
          ? "r"
          : constantText(second, isConstant)?.text;
      if (flags === undefined || !/^[rs]+$/.test(flags)) emit("fs", "write", call);
      if (flags === undefined || /r|\+/.test(flags)) recordRead(first, call, isConstant, emit);
      return;
    }
    case "read":
      recordRead(first, call, isConstant, emit);
      return;
    case "dial":
    case "connect":
      // A stream over a descriptor that is open already: a terminal or a pipe.
      if (hasKey(first, "fd", isConstant)) return;
      emit("connect", endpointOf(first, second, scheme, effect, isConstant) ?? "*", call);
      return;
    case "fork":
      emit("command", "node", call);
      recordScript(first, call, isConstant, emit);
      return;
    case "worker":
      emit("worker", "", call);
      recordScript(first, call, isConstant, emit);
      return;
    case "program":
    case "shell":
      recordCommand(effect, args, call, isConstant, emit);
      return;
    default:
      recordValueEffect(effect, call, emit);
  }
}

/**
 * What is read lies in the package's own folder where the path is spelled from there, and
 * nowhere that a package is granted unasked where it is one of the system's; else it may lie anywhere.
 */
function recordRead(path: SyntaxNode | undefined, call: SyntaxNode, isConstant: IsConstant, emit: Emit): void {
  if (path !== undefined && isSystemPath(path, isConstant)) return;
  const place = path && ownPlace(path, isConstant);
  emit("fs", place === undefined ? "read" : `own ${levelsAbove(place)}`, call);
}

function recordCommand(
  effect: "program" | "shell",
  args: SyntaxNode[],
  call: SyntaxNode,
  isConstant: IsConstant,
  emit: Emit,
): void {
  const first = args[0];
  const ownShell = args.some((arg) => asksForShell(arg, isConstant));
  const programs = ownShell ? undefined : programsOfConstantLine(effect, first, isConstant);
  if (programs !== undefined) {
    for (const program of programs) emit("command", program, call);
    return;
  }
  if (effect === "shell" || ownShell) emit("command", "sh", call);
  if (first?.type === "MemberExpression" && keyOf(first, isConstant) === "execPath") {
    emit("command", "node", call);
    return;
  }
  const text = constantText(first, isConstant);
  const program = text && programIn(text.text, text.complete);
  if (program !== undefined) emit("command", program, call);
  else emit("unanalyzed", "command that is not constant", call);
}

/** What `exec("getconf A 2>&1 || true; ldd --version")` starts: a shell that starts no more needs no grant. */
function programsOfConstantLine(
  effect: "program" | "shell",
  first: SyntaxNode | undefined,
  isConstant: IsConstant,
): readonly string[] | undefined {
  const line = effect === "shell" ? constantText(first, isConstant) : undefined;
  if (!line?.complete) return undefined;
  const [word] = wordsOfPlainCommand(line.text) ?? [];
  const programs = programsOfLine(line.text) ?? (word?.includes("/") ? [word] : undefined);
  const names = programs?.map((program) => programIn(program, true));
  // What is run by node comes up under moat, which a shell can't see to.
  const isHeld = (name: string | undefined): boolean => name !== undefined && (word !== undefined || name !== "node");
  return names?.every(isHeld) ? (names as string[]) : undefined;
}

/** `O_RDONLY | O_NONBLOCK`, from wherever the constants come. */
function opensToRead(flags: SyntaxNode): boolean {
  if (flags.type === "BinaryExpression")
    return flags["operator"] === "|" && opensToRead(flags["left"]) && opensToRead(flags["right"]);
  const name =
    flags.type === "Identifier"
      ? flags["name"]
      : flags.type === "MemberExpression"
        ? flags["property"].name
        : undefined;
  return /^O_(?:RDONLY|NONBLOCK|NOFOLLOW|DIRECTORY|NOATIME)$/.test(name ?? "");
}

function hasKey(node: SyntaxNode | undefined, key: string, isConstant: IsConstant): boolean {
  if (node?.type !== "ObjectExpression") return false;
  return (node["properties"] as SyntaxNode[]).some(
    (property) => property.type === "Property" && keyOf(property, isConstant) === key,
  );
}

/** `readFileSync(0)`: a number in place of a path or of a descriptor that was opened. */
export function readsStandardInput(name: string, args: readonly SyntaxNode[], isConstant: IsConstant): boolean {
  if (/^(?:read|readv|readFile)(?:Sync)?$/.test(name)) return constantText(args[0], isConstant)?.text === "0";
  if (!/^(?:createReadStream|(?:File)?ReadStream)$/.test(name) || args[1]?.type !== "ObjectExpression") return false;
  return (args[1]["properties"] as SyntaxNode[]).some(
    (property) =>
      property.type === "Property" &&
      keyOf(property, isConstant) === "fd" &&
      constantText(property["value"], isConstant)?.text === "0",
  );
}

function asksForShell(arg: SyntaxNode, isConstant: IsConstant): boolean {
  if (arg.type !== "ObjectExpression") return false;
  return (arg["properties"] as SyntaxNode[]).some(
    (property) =>
      property.type === "Property" &&
      keyOf(property, isConstant) === "shell" &&
      !(property["value"].type === "Literal" && !property["value"].value),
  );
}

/** The program that a command line starts: its first word, without folders. */
export function programIn(commandLine: string, complete: boolean): string | undefined {
  const [word = "", ...rest] = commandLine.trim().split(/\s+/);
  if (!complete && rest.length === 0 && !/\s$/.test(commandLine)) return undefined;
  const name = word.replace(/^["']|["']$/g, "").replace(/^.*[\\/]/, "");
  return /^[A-Za-z0-9_][A-Za-z0-9_.+@-]*$/.test(name) ? name : undefined;
}

/** A script beside the file: `./x.js`, `path.join(__dirname, "x.js")`, `new URL("./x.js", import.meta.url)`. */
function recordScript(node: SyntaxNode | undefined, call: SyntaxNode, isConstant: IsConstant, emit: Emit): void {
  const path = node && ownPath(node, isConstant);
  if (path !== undefined) emit("file", path, call);
}

const PORTS: Readonly<Record<string, string>> = {
  http: "80",
  https: "443",
  ws: "80",
  wss: "443",
  http2: "443",
  fetch: "443",
};

function endpointOf(
  first: SyntaxNode | undefined,
  second: SyntaxNode | undefined,
  scheme: string,
  effect: Effect,
  isConstant: IsConstant,
): string | undefined {
  if (first === undefined) return undefined;
  if (first.type === "ObjectExpression") {
    let host: string | undefined;
    let port = PORTS[scheme];
    for (const property of first["properties"] as SyntaxNode[]) {
      if (property.type !== "Property") return undefined;
      const key = keyOf(property, isConstant);
      if (key === undefined || key === "socketPath" || key === "lookup") return undefined;
      if (key !== "host" && key !== "hostname" && key !== "port") continue;
      const text = constantText(property["value"], isConstant);
      if (!text?.complete) return undefined;
      if (key === "port") port = text.text;
      else if (key === "hostname" || host === undefined) host = text.text;
    }
    return host === undefined || port === undefined ? undefined : endpoint(host, port);
  }
  if (effect === "connect") {
    const port = constantText(first, isConstant);
    const host = constantText(second, isConstant);
    return port?.complete && host?.complete && /^\d+$/.test(port.text) ? endpoint(host.text, port.text) : undefined;
  }
  if (first.type === "NewExpression" && first["callee"].name === "URL" && first["arguments"].length === 1) {
    return endpointOf(first["arguments"][0], undefined, scheme, effect, isConstant);
  }
  const text = constantText(first, isConstant);
  const match = text && /^(https?|wss?):\/\/([^/?#\\@]+)(.?)/.exec(text.text);
  // Without an end, the host itself may go on with what is not known.
  if (!match || (!text.complete && match[3] === "")) return undefined;
  const colon = match[2]!.lastIndexOf(":");
  return colon > 0 && /^\d+$/.test(match[2]!.slice(colon + 1))
    ? endpoint(match[2]!.slice(0, colon), match[2]!.slice(colon + 1))
    : endpoint(match[2]!, PORTS[match[1]!]!);
}

function endpoint(host: string, port: string): string | undefined {
  try {
    return `${new URL(`http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}/`).hostname}:${Number(port)}`;
  } catch {
    return undefined;
  }
}
