/**
 * Where powers go in one file: `fs` that comes in by an import, is kept in a variable, handed to a function and read a
 * member of. Longer than most files because it is one recursion: each construct that a value may go through leads to
 * any other, over the same few tables of what was seen. What calls of known functions mean is in `call-effects.ts`.
 */
import { readsStandardInput, recordCallEffect, recordValueEffect } from "./call-effects.ts";
import type { Emit } from "./call-effects.ts";
import { constantText, keyOf, lastNameOf, registeredSymbol } from "./constant.ts";
import { COMPUTED_KEY, WHOLE_ENVIRONMENT } from "./facts.ts";
import { keysOf } from "./listed-keys.ts";
import { ownPath } from "./own-paths.ts";
import { classOf, isFollowed, powerId } from "./power.ts";
import type { Power } from "./power.ts";
import { textsOfProperty } from "./property-texts.ts";
import { makeReferences } from "./references.ts";
import { lookUp } from "./scope.ts";
import type { Binding, Scope, SyntaxNode } from "./scope.ts";
import { enclosingFunction, isFunction } from "./scope-walk.ts";
import type { Walked } from "./scope-walk.ts";
import { builtinName, REQUEST_MAKERS, SUBMODULES } from "./tables/builtin-names.ts";
import { builtinEffects, GLOBAL_EFFECTS, memberEffect } from "./tables/member-effects.ts";
import { BROUGHT_GLOBALS, EXTENDED_NAMESPACES, FREE_OF_CHARGE, NODE_GLOBALS } from "./tables/node-globals.ts";
import { FREE_EVENTS, GUARDED_PROCESS_MEMBERS, GUARDED_WRITES, LISTENERS } from "./tables/process-members.ts";

/** Whether a program may bring a global of that name. */
const isDefinable = (name: string): boolean =>
  BROUGHT_GLOBALS.has(name) || (!NODE_GLOBALS.has(name) && !FREE_OF_CHARGE.has(name));

export interface TraceContext {
  readonly walked: Walked;
  readonly format: "module" | "commonjs";
  readonly emit: Emit;
  /** Told of a node that evaluates to a class of Node's to which programs add methods: `http.IncomingMessage`. */
  readonly onClass: (node: SyntaxNode, holder: string) => void;
  /** Analyses text that the program evaluates as code, in the given scope. */
  readonly evaluated: (text: string, at: SyntaxNode, scope: Scope | undefined) => void;
  /** Of the file; see `SourceInfo`. */
  readonly builtinImports: Readonly<Record<string, string>> | undefined;
}

/** Methods by which packages take plugins. */
const PLUGS_IN: ReadonlySet<string> = new Set(["extend", "plugin", "use"]);

/** Members of `Object` and `Reflect` that change their first argument. */
const CHANGING: ReadonlySet<string> = new Set([
  "assign",
  "defineProperties",
  "defineProperty",
  "deleteProperty",
  "set",
  "setPrototypeOf",
]);
/** The one `require` of a bundle, kept in a file of its own. */
const SHARED_REQUIRE = /^__require\d*$/;
const INTEROP = /interop|import_?(?:default|star)|to_?(?:esm|module|commonjs)\d*$/i;
const SELF_VALUED: ReadonlySet<string> = new Set(["default", "module.exports"]);
/** Operators and statements that look at a value and pass nothing on. */
const INERT: ReadonlySet<string> = new Set([
  "BinaryExpression",
  "UnaryExpression",
  "ExpressionStatement",
  "IfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "ForStatement",
  "SwitchStatement",
  "SwitchCase",
  "UpdateExpression",
  "TemplateLiteral",
]);
const GLOBAL: Power = { kind: "global" };

/**
 * Follows powers from where they come into a file (free names, imports,
 * `require`) to where they are used, over variables, destructuring, interop
 * functions, arguments and results of the file's own functions. Only
 * references to what carries a power are ever looked at.
 */
export function tracePowers(context: TraceContext): {
  readonly follow: (names: Iterable<string>) => void;
  readonly importNodes: (nodes: readonly SyntaxNode[]) => void;
  readonly thisNodes: (nodes: readonly SyntaxNode[]) => void;
} {
  const { walked, emit, onClass } = context;
  const seen = new Map<object, Set<string>>();
  const constants = new Map<Binding, boolean>();
  /** Scripts of the package that are read as texts; where the file evaluates texts too, they are code like any other. */
  const textsRead: { path: string; node: SyntaxNode }[] = [];
  let evaluatesText = false;
  const bundled: { name: string; power: Power; node: SyntaxNode }[] = [];
  /** Names of properties that hold a `require`: `{ nodeRequire: createRequire(import.meta.url) }`. */
  const keptRequires = new Set<string>();
  const keptImports = new Set<string>();

  const isNew = (key: object, power: Power): boolean => {
    const ids = seen.get(key);
    if (!isFollowed(power, ids?.size ?? 0)) return false;
    const id = powerId(power);
    if (ids === undefined) seen.set(key, new Set([id]));
    else if (ids.has(id)) return false;
    else ids.add(id);
    return true;
  };

  const references = makeReferences(walked.references);
  const isConstant = (binding: Binding): boolean => {
    let known = constants.get(binding);
    if (known === undefined) {
      known = !binding.redeclared && !references.to(binding).some(isWrite);
      constants.set(binding, known);
    }
    return known;
  };
  const textOf = (node: SyntaxNode | undefined | null) => constantText(node, isConstant);

  /** `node` is an expression whose value is `power`: where does it go? */
  function use(node: SyntaxNode, power: Power): void {
    if (!isNew(node, power)) return;
    const parent = node.parent;
    if (parent === undefined) return;
    const holder = classOf(power);
    if (holder !== undefined) onClass(node, holder);
    if (power.kind === "require" && (parent.type === "Property" || parent.type === "PropertyDefinition")) {
      const key = parent["value"] === node ? keyOf(parent, isConstant) : undefined;
      if (key !== undefined) keptRequires.add(key);
    }
    switch (parent.type) {
      case "MemberExpression":
        if (parent["object"] === node) useMember(parent, power);
        return;
      case "CallExpression":
      case "NewExpression":
        if (parent["callee"] === node) useCall(parent, power);
        else useArgument(parent, node, power);
        return;
      case "TaggedTemplateExpression":
        if (parent["tag"] === node && power.kind === "package") packageCall(parent, power.specifier, parent["quasi"]);
        return;
      case "VariableDeclarator":
        bind(parent["id"], power);
        return;
      case "AssignmentExpression":
        if (parent["right"] !== node) return;
        bind(parent["left"], power);
        if (parent["left"].type === "MemberExpression") useStored(parent["left"], power);
        use(parent, power);
        return;
      case "AssignmentPattern":
        bind(parent["left"], power);
        return;
      case "LogicalExpression":
        if (parent["right"] === node || parent["operator"] !== "&&") use(parent, power);
        return;
      case "ConditionalExpression":
        if (parent["test"] !== node) use(parent, power);
        return;
      case "SequenceExpression":
        if (parent["expressions"].at(-1) === node) use(parent, power);
        return;
      case "ParenthesizedExpression":
      case "ChainExpression":
        use(parent, power);
        return;
      case "AwaitExpression":
      case "YieldExpression":
        use(parent, power.kind === "promise" ? power.of : power);
        return;
      case "Property":
        if (parent["value"] !== node) return;
        if (parent.parent?.type === "ObjectExpression") {
          const key = keyOf(parent, isConstant);
          if (key === undefined) escape(power, node);
          else use(parent.parent, { kind: "record", key, of: power });
        }
        return;
      case "ReturnStatement": {
        const owner = enclosingFunction(parent);
        if (owner === undefined) escape(power, node);
        else useResult(owner, power, node);
        return;
      }
      case "ArrowFunctionExpression":
        if (parent["body"] === node) useResult(parent, power, node);
        return;
      case "BinaryExpression":
        if (parent["operator"] === "in" && parent["right"] === node) {
          const key = textOf(parent["left"]);
          const symbol = power.kind === "global" ? registeredSymbol(parent["left"], isConstant) : undefined;
          if (symbol !== undefined) emit("reads", symbol, parent);
          else if (key?.complete) derive(power, key.text, parent);
        }
        return;
      case "ForInStatement":
      case "ForOfStatement":
        if (parent["right"] === node) escape(power, node);
        return;
      default:
        if (!INERT.has(parent.type)) escape(power, node);
    }
  }

  /** `x.key` on a power. */
  function useMember(member: SyntaxNode, power: Power): void {
    const key = keyOf(member, isConstant);
    if (power.kind === "package" && (isWrite(member) || isDeleted(member))) emit("changes", power.specifier, member);
    if (key === undefined) {
      if (power.kind === "package") {
        use(member, power);
        return;
      }
      const symbol = power.kind === "global" ? registeredSymbol(member["property"], isConstant) : undefined;
      if (symbol !== undefined) {
        if (isWrite(member)) emit("defines", symbol, member);
        // `global[symbol] ??= {}` does both.
        if (!isWrite(member) || member.parent?.["operator"] !== "=") emit("reads", symbol, member);
      } else if (power.kind === "global") {
        emit("unanalyzed", "computed name of a global", member);
        if (isWrite(member)) emit("defines-any", "", member);
        else if (member["property"].type === "Identifier") {
          const reader = readerByFirstParameter(member["property"]);
          if (reader !== undefined) emit("global-reader", reader, member);
        }
      } else if (power.kind === "namespace") emit(isWrite(member) ? "defines" : "reads", `${power.name}.*`, member);
      else if (power.kind === "env") useComputedKey(member);
      else escape(power, member);
      return;
    }
    if (power.kind === "promise" && (key === "then" || key === "catch" || key === "finally")) {
      useThen(member, power);
      return;
    }
    if (power.kind === "member" && (key === "call" || key === "apply" || key === "bind")) {
      escape(power, member);
      return;
    }
    if (power.kind === "require" && (key === "call" || key === "apply")) {
      const call = member.parent;
      if (key === "call" && call?.type === "CallExpression" && call["callee"] === member)
        requireCall(call, call["arguments"][1]);
      else if (!isNamed(member, /^_*require/)) emit("computed", "*", member);
      return;
    }
    if (power.kind === "builtin" && REQUEST_MAKERS.has(`${power.name}.${key}`) && isWrite(member))
      emit("carries", "", member);
    const derived = derive(power, key, member);
    if (derived !== undefined) use(member, derived);
  }

  function useComputedKey(member: SyntaxNode): void {
    const text = textOf(member["property"]);
    const callee = member["property"].type === "CallExpression" ? member["property"]["callee"] : undefined;
    // `env[pathKey()]`: what the variable is called depends on the system, what it is does not.
    if (callee?.type === "Identifier" && /^(?:get)?path_?key$/i.test(callee["name"])) emit("env", "PATH", member);
    else if (text && !text.complete && text.text.length >= 3) emit("env", `${text.text}*`, member);
    else {
      for (const key of keysOf(member["property"], isConstant)) derive({ kind: "env" }, key, member);
      // Lists can grow.
      emit("unanalyzed", COMPUTED_KEY, member);
      const reader = member["property"].type === "Identifier" ? readerByFirstParameter(member["property"]) : undefined;
      if (reader !== undefined) emit("env-reader", reader, member);
    }
  }

  /** `name` of `function name(key) { … env[key] … }`, of a method or of a function that a variable holds. */
  function readerByFirstParameter(key: SyntaxNode): string | undefined {
    const binding = lookUp(key);
    const fn = binding?.scope.owner;
    if (binding?.kind !== "param" || !fn || !isFunction(fn)) return undefined;
    const [first] = fn["params"] as SyntaxNode[];
    if (first !== binding.node && !(first?.type === "AssignmentPattern" && first["left"] === binding.node))
      return undefined;
    const { parent } = fn;
    const named: SyntaxNode | undefined =
      fn["id"] ??
      (parent?.type === "VariableDeclarator"
        ? parent["id"]
        : parent?.type === "AssignmentExpression"
          ? parent["left"]
          : parent?.["key"]);
    return named === undefined ? undefined : lastNameOf(named) || undefined;
  }

  function useThen(member: SyntaxNode, power: Power & { kind: "promise" }): void {
    const call = member.parent;
    const callback = call?.type === "CallExpression" && call["callee"] === member ? call["arguments"][0] : undefined;
    if (callback === undefined) return;
    if (isFunction(callback)) {
      if (callback["params"][0]) bind(callback["params"][0], power.of);
    } else if (INTEROP.test(lastNameOf(callback))) use(call!, power);
    else escape(power.of, member);
  }

  /** The value of a key of a power; records the use. */
  function derive(power: Power, key: string, node: SyntaxNode): Power | undefined {
    switch (power.kind) {
      case "global":
        return globalNamed(key, node);
      case "require":
        if (key === "resolve") return { kind: "member", builtin: "require", name: "resolve" };
        if (key === "main") return { kind: "module" };
        return undefined;
      case "module":
        if (key === "require") return { kind: "require" };
        if (key === "parent") return power;
        if (key === "constructor") return builtin("module", node);
        return undefined;
      case "process":
        return processMember(key, node);
      case "env":
        if (isWrite(node)) emit("sets-env", key, node);
        if (/^[A-Za-z_][A-Za-z0-9_.()@/:-]*$/.test(key) && !(key in Object.prototype)) emit("env", key, node);
        return undefined;
      case "builtin":
        return SELF_VALUED.has(key) ? power : builtinMember(power.name, key, node);
      case "namespace":
        if (!EXTENDED_NAMESPACES.get(power.name)!.has(key))
          emit(isWrite(node) ? "defines" : "reads", `${power.name}.*`, node);
        return undefined;
      case "record":
        return key === power.key ? power.of : undefined;
      case "package":
        return power;
      case "own-file":
        // `_chunk.__require.call(void 0, "os")`: a bundle's shared `require`, in CommonJS.
        return SHARED_REQUIRE.test(key) ? { kind: "require" } : undefined;
      default:
        return undefined;
    }
  }

  function globalNamed(name: string, node: SyntaxNode): Power | undefined {
    if (name === "globalThis" || name === "global") return GLOBAL;
    if (EXTENDED_NAMESPACES.has(name)) return { kind: "namespace", name };
    if (name === "Function") return { kind: "function" };
    if (name === "eval") return { kind: "eval" };
    if (NODE_GLOBALS.has(name)) {
      if (BROUGHT_GLOBALS.has(name)) emit(isWrite(node) ? "defines" : "reads", name, node);
      if (isWrite(node)) return undefined;
      emit("global", name, node);
      if (name === "process") return { kind: "process" };
      return name in GLOBAL_EFFECTS ? { kind: "member", builtin: "", name } : undefined;
    }
    if (!FREE_OF_CHARGE.has(name) && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name))
      emit(isWrite(node) ? "defines" : "reads", name, node);
    return undefined;
  }

  function processMember(key: string, node: SyntaxNode): Power | undefined {
    if (key === "env") return { kind: "env" };
    if (key === "default") return { kind: "process" };
    if (LISTENERS.has(key)) {
      const call = node.parent;
      const event =
        call?.type === "CallExpression" && call["callee"] === node ? textOf(call["arguments"][0]) : undefined;
      if (!event?.complete) emit("builtin", "process.on", node);
      else if (!FREE_EVENTS.has(event.text) && /^[A-Za-z]+$/.test(event.text))
        emit("builtin", `process.${event.text}`, node);
      return undefined;
    }
    // Nothing stands behind these but Node itself: said aloud, and no grant.
    if (key === "binding" || key === "_linkedBinding" || key === "dlopen") emit("unanalyzed", `process.${key}`, node);
    else if (GUARDED_PROCESS_MEMBERS.has(key) ? !isOwnPatch(node, key) : GUARDED_WRITES.has(key) && isWrite(node))
      emit("builtin", `process.${key}`, node);
    if (key === "mainModule") return { kind: "module" };
    return key === "getBuiltinModule" ? { kind: "member", builtin: "process", name: key } : undefined;
  }

  /**
   * A function of `process` that is only looked at, or replaced by one that calls it (graceful-fs's `chdir`): on the
   * package's own `process`, whose function nobody else calls.
   */
  function isOwnPatch(node: SyntaxNode, key: string): boolean {
    if (!isPatched(key)) return false;
    if (isWrite(node) || isLookedAt(node)) return true;
    const { parent } = node;
    if (parent?.type !== "VariableDeclarator" || parent["init"] !== node || parent["id"].type !== "Identifier")
      return false;
    const binding = lookUp(parent["id"]);
    return (
      binding !== undefined &&
      references.to(binding).every((one) => isWrite(one) || isLookedAt(one) || standsInPatchOf(one, key))
    );
  }

  /** `typeof process.chdir`, `Object.setPrototypeOf(process.chdir, chdir)`. */
  function isLookedAt(node: SyntaxNode): boolean {
    const { parent } = node;
    if (parent?.type === "UnaryExpression") return parent["operator"] === "typeof";
    return (
      parent?.type === "CallExpression" &&
      parent["callee"] !== node &&
      lastNameOf(parent["callee"]) === "setPrototypeOf"
    );
  }

  /** Whether the file has `process.chdir = function (folder) { … }`; HAZARD: one that only asks for a function may call it by another name (signal-exit). */
  function isPatched(key: string): boolean {
    return (walked.references.get("process") ?? []).some(
      ({ parent }) => parent?.parent?.type === "AssignmentExpression" && isPatch(parent.parent, key),
    );
  }

  function isPatch(assignment: SyntaxNode, key: string): boolean {
    const target: SyntaxNode = assignment["left"];
    return (
      isFunction(assignment["right"]) &&
      target.type === "MemberExpression" &&
      target["object"].name === "process" &&
      keyOf(target, isConstant) === key
    );
  }

  /** Inside of the function of such an assignment. */
  function standsInPatchOf(node: SyntaxNode, key: string): boolean {
    for (let fn = enclosingFunction(node); fn !== undefined; fn = enclosingFunction(fn))
      if (fn.parent?.type === "AssignmentExpression" && fn.parent["right"] === fn && isPatch(fn.parent, key))
        return true;
    return false;
  }

  function builtin(name: string, node: SyntaxNode): Power {
    emit("builtin", name, node);
    if (name === "process") {
      emit("global", "process", node);
      return { kind: "process" };
    }
    return { kind: "builtin", name };
  }

  function builtinMember(name: string, key: string, node: SyntaxNode): Power | undefined {
    if (key === "__esModule" || key in Object.prototype || !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key))
      return undefined;
    emit("builtin", `${name}.${key}`, node);
    const submodule = SUBMODULES[`${name}.${key}`];
    if (submodule !== undefined) return builtin(submodule, node);
    if (name === "module" && (key === "Module" || key === "prototype")) return { kind: "builtin", name };
    return { kind: "member", builtin: name, name: key };
  }

  /** The power itself is called, or constructed. */
  function useCall(call: SyntaxNode, power: Power): void {
    const first: SyntaxNode | undefined = call["arguments"][0];
    switch (power.kind) {
      case "require":
        requireCall(call, first);
        return;
      case "function":
      case "eval":
        evaluate(call, power.kind);
        return;
      case "global-maker":
        use(call, GLOBAL);
        return;
      case "builtin":
        emit("builtin", `${power.name}.*`, call);
        return;
      case "package":
        packageCall(call, power.specifier, call["arguments"]?.[0]);
        return;
      case "getter":
        use(call, power.of);
        return;
      case "member":
        memberCall(call, power, first);
    }
  }

  function memberCall(call: SyntaxNode, power: Power & { kind: "member" }, first: SyntaxNode | undefined): void {
    const called = `${power.builtin}.${power.name}`;
    if (called === "module.createRequire" || called === "module.createRequireFromPath") {
      use(call, { kind: "require" });
      return;
    }
    if (called === "require.resolve") {
      const text = textOf(first);
      if (text?.complete) {
        importOf(text.text, "require", call);
        if (builtinName(text.text) === undefined) emit("names", text.text, call);
        if (call["arguments"].length > 1 && /^[@\w]/.test(text.text)) emit("sought", text.text, call);
        if (/^\.\.?\//.test(text.text)) emit("script", text.text, call);
      } else if (text !== undefined && /^\.\.?\//.test(text.text)) {
        // `spawn(node, [require.resolve("../scripts/" + name)])`: any file that begins so.
        emit("computed", `${text.text}*${text.suffix ?? ""}`, call);
      } else emit("unanalyzed", "computed require.resolve", call);
      return;
    }
    if (called === "process.getBuiltinModule") {
      const text = textOf(first);
      const name = text?.complete ? builtinName(text.text) : undefined;
      if (name !== undefined) use(call, builtin(name, call));
      else emit("unanalyzed", "computed builtin module", call);
      return;
    }
    if (power.builtin === "vm") evaluatesText = true;
    else if (/^readFile(?:Sync)?$/.test(power.name) && first !== undefined) {
      const path = ownPath(first, isConstant);
      if (path !== undefined && /\.[cm]?js$/.test(path)) textsRead.push({ path, node: call });
    }
    if (power.builtin === "fs" && readsStandardInput(power.name, call["arguments"] as SyntaxNode[], isConstant)) {
      emit("builtin", "process.stdin", call);
      return;
    }
    const effect = power.builtin === "" ? GLOBAL_EFFECTS[power.name] : memberEffect(power.builtin, power.name);
    if (effect !== undefined) recordCallEffect(effect, power.builtin || "fetch", call, isConstant, emit);
  }

  function requireCall(call: SyntaxNode, argument: SyntaxNode | undefined): void {
    if (argument === undefined) return;
    const choices =
      argument.type === "ConditionalExpression" ? [argument["consequent"], argument["alternate"]] : [argument];
    for (const choice of choices) {
      const text = textOf(choice);
      if (text?.complete) {
        const power = importOf(text.text, "require", call);
        if (power !== undefined) use(call, power);
      } else if (choice.type === "Identifier" && requireParameter(call, choice)) {
        continue;
      } else if (!isNamed(call, /^_*require$/)) {
        emit("computed", text ? `${text.text}*${text.suffix ?? ""}` : "*", call);
        if (text === undefined) requireBuiltinsOf(call, choice);
      }
    }
  }

  /** `require(server.type)`: builtins that the file gives that property, or compares it with. */
  function requireBuiltinsOf(call: SyntaxNode, property: SyntaxNode): void {
    for (const text of textsOfProperty(property, isConstant)) {
      const name = builtinName(text);
      const power = name === undefined ? undefined : builtin(name, call);
      if (power !== undefined) use(call, power);
    }
  }

  /** `function load(name) { return require(name); }`: what its calls hand it as constants. */
  function requireParameter(call: SyntaxNode, name: SyntaxNode): boolean {
    const binding = lookUp(name);
    const fn = binding?.scope.owner;
    if (binding?.kind !== "param" || !fn || !isFunction(fn)) return false;
    const index = (fn["params"] as SyntaxNode[]).indexOf(binding.node);
    const outer = index < 0 ? undefined : bindingOf(fn);
    if (outer === undefined || !isConstant(outer)) return false;
    const specifiers: string[] = [];
    for (const reference of references.to(outer)) {
      const text =
        reference.parent?.type === "CallExpression" && reference.parent["callee"] === reference
          ? textOf(reference.parent["arguments"][index])
          : undefined;
      if (!text?.complete) return false;
      specifiers.push(text.text);
    }
    for (const specifier of specifiers) {
      const power = importOf(specifier, "require", call);
      if (power !== undefined) use(call, power);
    }
    return specifiers.length > 0;
  }

  /** What an import of this specifier gives; records it. */
  function importOf(specifier: string, how: "require" | "import", node: SyntaxNode): Power | undefined {
    const { builtinImports = {} } = context;
    const name =
      how === "import" && Object.hasOwn(builtinImports, specifier) ? builtinImports[specifier] : builtinName(specifier);
    if (name !== undefined) return builtin(name, node);
    emit(how, specifier, node);
    return /^[./#]/.test(specifier) ? { kind: "own-file" } : { kind: "package", specifier };
  }

  /** A constant text that a package is handed: a program to start, an addon to find. */
  function packageCall(call: SyntaxNode, specifier: string, first: SyntaxNode | undefined): void {
    plugIn(call, specifier);
    const text = first && textOf(first);
    if (text && text.text.length < 200) emit("calls", `${specifier} ${text.text.trim().split(/\s+/)[0]}`, call);
    else if (first?.type === "MemberExpression" && keyOf(first, isConstant) === "execPath")
      emit("calls", `${specifier} node`, call);
    else emit("calls", `${specifier} `, call);
  }

  /** `dayjs.extend((options, Dayjs) => { Dayjs.prototype.format = … })`: a plugin is handed what it changes. */
  function plugIn(call: SyntaxNode, specifier: string): void {
    const callee: SyntaxNode | undefined = call["callee"];
    if (callee?.type !== "MemberExpression" || !PLUGS_IN.has(keyOf(callee, isConstant) ?? "")) return;
    // `axios.interceptors.request.use(f)` hands over a request, and not the package.
    if (keyOf(callee, isConstant) === "use" && callee["object"].type !== "Identifier") return;
    for (const argument of call["arguments"] as SyntaxNode[]) {
      const binding = argument.type === "Identifier" ? lookUp(argument) : undefined;
      const plugin = binding?.kind === "function" ? binding.init : argument;
      if (!isFunction(plugin)) {
        if (binding !== undefined && !isFunction(binding.init)) bindParametersNamed(specifier);
        continue;
      }
      for (const parameter of plugin!["params"] as SyntaxNode[]) bind(parameter, { kind: "package", specifier });
    }
  }

  /** A plugin that comes by ways of a bundler's: whoever writes one calls what it is handed by its name (`function (chai, utils)`). */
  function bindParametersNamed(specifier: string): void {
    for (const node of walked.references.get(specifier) ?? []) {
      const binding = lookUp(node);
      if (binding?.kind === "param" && isFunction(binding.scope.owner))
        bind(binding.node, { kind: "package", specifier });
    }
  }

  function evaluate(call: SyntaxNode, kind: "function" | "eval"): void {
    const args = call["arguments"] as SyntaxNode[];
    if (args.length === 0) return;
    const texts = args.map((arg) => textOf(arg));
    if (!texts.every((text) => text?.complete)) {
      if (kind === "eval" && args[0]!.type !== "Identifier" && args[0]!.type.endsWith("Literal")) return;
      emit("unanalyzed", kind === "eval" ? "eval" : "new Function", call);
      evaluatesText = true;
      return;
    }
    const body = texts.at(-1)!.text;
    if (/^\s*(?:return\s+)?(?:this|globalThis|global)\s*(?:;\s*)?$/.test(body)) {
      use(call, kind === "eval" ? GLOBAL : { kind: "global-maker" });
      return;
    }
    // `eval("require")("worker_threads")`: out of sight of bundlers.
    if (kind === "eval" && /^\s*require\s*(?:;\s*)?$/.test(body) && context.format === "commonjs") {
      use(call, { kind: "require" });
      return;
    }
    const parameters = texts
      .slice(0, -1)
      .map((text) => text!.text)
      .join(",");
    const scope = kind === "eval" ? call["callee"].scope : undefined;
    context.evaluated(kind === "eval" ? body : `(function(${parameters}\n){${body}\n})`, call, scope);
  }

  /** The power is an argument of a call. */
  function useArgument(call: SyntaxNode, node: SyntaxNode, power: Power): void {
    const callee: SyntaxNode = call["callee"];
    const index = (call["arguments"] as SyntaxNode[]).indexOf(node);
    const name = lastNameOf(callee);
    // `__webpack_require__.n(module)` is a bundler's interop.
    if (name === "n" && callee["object"]?.name?.startsWith("__webpack_require")) {
      use(call, { kind: "getter", of: power });
      return;
    }
    if (INTEROP.test(name) || name === "promisify" || name === "freeze" || (index === 0 && isInterop(callee))) {
      use(call, power);
      return;
    }
    if (callee.type === "MemberExpression" && index === 0 && /^(?:Object|Reflect)$/.test(callee["object"].name ?? "")) {
      if (power.kind === "package" && CHANGING.has(name)) emit("changes", power.specifier, call);
      if (
        power.kind === "global" &&
        /^(?:assign|defineProperties)$/.test(name) &&
        call["arguments"][1]?.type === "ObjectExpression"
      ) {
        defineGlobals(call["arguments"][1]);
        return;
      }
      const key = textOf(call["arguments"][1]);
      const symbol = power.kind === "global" ? registeredSymbol(call["arguments"][1], isConstant) : undefined;
      if (symbol !== undefined && /^(?:get|has|getOwnPropertyDescriptor|hasOwn|defineProperty|set)$/.test(name)) {
        emit(/^(?:defineProperty|set)$/.test(name) ? "defines" : "reads", symbol, call);
        return;
      }
      if (/^(?:get|has|getOwnPropertyDescriptor|hasOwn|defineProperty|set)$/.test(name) && key?.complete) {
        if (power.kind === "namespace" && /^(?:defineProperty|set)$/.test(name)) {
          escape(power, node);
          return;
        }
        if (power.kind === "global" && /^(?:defineProperty|set)$/.test(name)) {
          if (isDefinable(key.text)) emit("defines", key.text, call);
          return;
        }
        const derived = derive(power, key.text, call);
        if (derived !== undefined) use(call, derived);
        return;
      }
      if (name === "keys" && power.kind === "builtin") {
        escape(power, node);
        return;
      }
    }
    if (callee.type === "MemberExpression" && index === 0 && isReceiver(callee, power)) return;
    const [target, offset] = functionOf(callee);
    const parameter = target?.["params"][index - offset];
    if (parameter !== undefined && parameter.type !== "RestElement") bind(parameter, power);
    else if (index >= offset || target === undefined) escape(power, node);
  }

  /** An interop function whose name a minifier has taken: `b = this && this.__importStar || …`, `(m) => m && m.__esModule ? m : { default: m }`. */
  function isInterop(callee: SyntaxNode): boolean {
    const binding = callee.type === "Identifier" ? lookUp(callee) : undefined;
    const init = binding?.init;
    if (binding === undefined || init === undefined || !isConstant(binding)) return false;
    if (init.type === "LogicalExpression" && init["left"].type === "LogicalExpression")
      return INTEROP.test(lastNameOf(init["left"]["right"]));
    const [first] = isFunction(init) ? (init["params"] as SyntaxNode[]) : [];
    if (first?.type !== "Identifier") return false;
    return references
      .within(init, first["name"])
      .some(
        (one) =>
          one.parent?.type === "MemberExpression" &&
          one.parent["object"] === one &&
          lastNameOf(one.parent) === "__esModule",
      );
  }

  /** `Object.assign(globalThis, { a, b })`, `Object.defineProperties(global, { a: {} })`. */
  function defineGlobals(given: SyntaxNode): void {
    for (const property of given["properties"] as SyntaxNode[]) {
      const key = property.type === "Property" ? keyOf(property, isConstant) : undefined;
      if (key === undefined) escape(GLOBAL, given);
      else if (isDefinable(key)) emit("defines", key, property);
    }
  }

  /** `util.format.apply(util, args)`: the module is only the `this` of its own member. */
  function isReceiver(callee: SyntaxNode, power: Power): boolean {
    const object: SyntaxNode = callee["object"];
    return (
      power.kind === "builtin" &&
      /^(?:apply|call|bind)$/.test(lastNameOf(callee)) &&
      object.type === "MemberExpression" &&
      seen.get(object["object"])?.has(powerId(power)) === true
    );
  }

  /** The function of this file that a callee is, and how many arguments come before its own. */
  function functionOf(callee: SyntaxNode): [SyntaxNode | undefined, number] {
    let node = callee;
    let offset = 0;
    if (node.type === "MemberExpression" && !node["computed"] && node["property"].name === "call") {
      node = node["object"];
      offset = 1;
    }
    if (node.type === "ParenthesizedExpression") node = node["expression"];
    if (isFunction(node)) return [node, offset];
    if (node.type === "Identifier") {
      const binding = lookUp(node);
      if (binding && isFunction(binding.init) && isConstant(binding)) return [binding.init, offset];
      const given = binding?.kind === "param" && isConstant(binding) ? argumentOf(binding) : undefined;
      if (isFunction(given)) return [given, offset];
    }
    return [undefined, offset];
  }

  /** What a function that is called on the spot gets for a parameter: the factory of UMD. */
  function argumentOf(binding: Binding): SyntaxNode | undefined {
    const fn = binding.scope.owner;
    const index = isFunction(fn) ? (fn["params"] as SyntaxNode[]).indexOf(binding.node) : -1;
    const outer = fn.parent;
    if (index < 0 || outer === undefined) return undefined;
    if (outer.type === "CallExpression" && outer["callee"] === fn) return outer["arguments"][index];
    const isCalled =
      outer.type === "MemberExpression" && lastNameOf(outer) === "call" && outer.parent?.["callee"] === outer;
    return isCalled ? outer.parent!["arguments"][index + 1] : undefined;
  }

  /** A function of this file returns the power: follow its calls. */
  function useResult(fn: SyntaxNode, power: Power, node: SyntaxNode): void {
    if (!isNew(fn, power)) return;
    const result: Power = fn["async"] && power.kind !== "promise" ? { kind: "promise", of: power } : power;
    let outer = fn.parent;
    let inner = fn;
    while (outer?.type === "ParenthesizedExpression") [inner, outer] = [outer, outer.parent];
    if (outer?.type === "CallExpression") {
      if (outer["callee"] === inner) use(outer, result);
      else if (lastNameOf(outer["callee"]) === "then") use(outer, { kind: "promise", of: power });
      else escape(power, node);
      return;
    }
    if (
      outer?.type === "MemberExpression" &&
      outer.parent?.type === "CallExpression" &&
      outer.parent["callee"] === outer
    ) {
      use(outer.parent, result);
      return;
    }
    const binding = bindingOf(fn);
    if (binding === undefined) {
      escape(power, node);
      return;
    }
    if (isExported(binding)) escape(power, node);
    for (const reference of references.to(binding)) {
      if (isWrite(reference)) continue;
      const call = reference.parent;
      if (call?.type === "CallExpression" && call["callee"] === reference) use(call, result);
      else if (call !== undefined && !INERT.has(call.type)) escape(power, node);
    }
  }

  function bindingOf(fn: SyntaxNode): Binding | undefined {
    if (fn.type === "FunctionDeclaration") return fn["id"] ? lookUp(fn["id"]) : undefined;
    if (fn.parent?.type === "VariableDeclarator" && fn.parent["id"].type === "Identifier")
      return lookUp(fn.parent["id"]);
    // Babel's lazy imports: `function _fs() { const data = require("fs"); _fs = function () { return data }; return data }`.
    if (fn.parent?.type === "AssignmentExpression" && fn.parent["left"].type === "Identifier")
      return lookUp(fn.parent["left"]);
    return undefined;
  }

  /** A power is given to a variable or taken apart. */
  function bind(pattern: SyntaxNode, power: Power): void {
    switch (pattern.type) {
      case "Identifier": {
        const binding = lookUp(pattern);
        if (binding === undefined) {
          if (isNew(pattern, power))
            for (const one of walked.references.get(pattern["name"]) ?? []) {
              if (!isWrite(one) && lookUp(one) === undefined) use(one, power);
            }
        } else flowInto(binding, power);
        return;
      }
      case "ObjectPattern":
        for (const property of pattern["properties"] as SyntaxNode[]) {
          const key = property.type === "RestElement" ? undefined : keyOf(property, isConstant);
          if (key === undefined) {
            escape(power, property);
            continue;
          }
          const derived = derive(power, key, property);
          if (derived !== undefined) bind(property["value"], derived);
        }
        return;
      case "AssignmentPattern":
        bind(pattern["left"], power);
        return;
      case "ArrayPattern":
        escape(power, pattern);
    }
  }

  function flowInto(binding: Binding, power: Power): void {
    if (!isNew(binding, power)) return;
    if (isExported(binding)) escape(power, binding.node);
    for (const reference of references.to(binding)) if (!isWrite(reference)) use(reference, power);
  }

  /** The power is kept in a property: `exports.fs = fs`, `this.fs = fs`. */
  function useStored(target: SyntaxNode, power: Power): void {
    const object: SyntaxNode = target["object"];
    const key = keyOf(target, isConstant);
    const binding = object.type === "Identifier" ? lookUp(object) : undefined;
    const isLocal = binding?.init?.type === "ObjectExpression" || binding?.kind === "function";
    if (key !== undefined && binding !== undefined && isLocal) flowInto(binding, { kind: "record", key, of: power });
    else if (key === "exports" && binding?.kind === "param" && bundledName(target) !== undefined)
      bundled.push({ name: bundledName(target)!, power, node: target });
    else escape(power, target);
  }

  /** The name under which a bundler (webpack, ncc) keeps the module function that a node stands in. */
  function bundledName(node: SyntaxNode): string | undefined {
    const property = enclosingFunction(node)?.parent;
    return property?.type === "Property" && property.parent?.type === "ObjectExpression"
      ? keyOf(property, isConstant)
      : undefined;
  }

  /** `896: (module) => { module.exports = require("fs") }` goes to `__webpack_require__(896)`. */
  function useBundled(): void {
    for (const { name, power, node } of bundled.splice(0)) {
      let isFound = false;
      for (const [requirer, references] of walked.references) {
        if (!/^__\w+_require__$/.test(requirer)) continue;
        for (const reference of references) {
          const call = reference.parent;
          if (call?.type !== "CallExpression" || call["callee"] !== reference) continue;
          if (textOf(call["arguments"][0])?.text !== name) continue;
          isFound = true;
          use(call, power);
        }
      }
      if (!isFound) escape(power, node);
    }
  }

  /** The power goes where it can't be followed. */
  function escape(power: Power, node: SyntaxNode): void {
    switch (power.kind) {
      case "builtin":
        emit("builtin", `${power.name}.*`, node);
        for (const effect of builtinEffects(power.name)) recordValueEffect(effect, node, emit);
        return;
      case "member": {
        if (power.builtin === "require") emit("unanalyzed", "require.resolve used as a value", node);
        const effect = power.builtin === "" ? GLOBAL_EFFECTS[power.name] : memberEffect(power.builtin, power.name);
        if (effect !== undefined) recordValueEffect(effect, node, emit);
        return;
      }
      case "global":
        emit("hands-global", "", node);
        return;
      case "env":
        emit("unanalyzed", WHOLE_ENVIRONMENT, node);
        return;
      case "eval":
        emit("unanalyzed", "eval used as a value", node);
        return;
      case "require":
        emit("unanalyzed", "require used as a value", node);
        return;
      case "namespace":
        // Handed to a function that may extend it; a value that is only kept (`{"%Reflect%": Reflect}`) is no sign.
        if (node.parent?.type === "CallExpression") emit("defines", `${power.name}.*`, node);
        return;
      case "promise":
      case "getter":
      case "record":
        escape(power.of, node);
    }
  }

  /** Whether a node is inside the definition of a variable of such a name: a bundler's own `__require`. */
  function isNamed(node: SyntaxNode, pattern: RegExp): boolean {
    let depth = 0;
    for (let at = node.parent; at !== undefined && depth < 14; at = at.parent, depth += 1) {
      if (at.type === "VariableDeclarator") return at["id"].type === "Identifier" && pattern.test(at["id"].name);
    }
    return false;
  }

  const startOf = (name: string): ((node: SyntaxNode) => Power | undefined) => {
    if (context.format === "commonjs") {
      if (name === "require") return () => ({ kind: "require" });
      if (name === "module") return () => ({ kind: "module" });
    }
    return (node) => globalNamed(name, node);
  };

  return {
    follow(names) {
      for (const name of names) {
        const start = startOf(name);
        const isDeclared = walked.declared.has(name);
        for (const node of walked.references.get(name) ?? []) {
          if (isDeclared && lookUp(node) !== undefined) continue;
          const power = start(node);
          if (power !== undefined && !isWrite(node)) use(node, power);
        }
      }
      useBundled();
      // `this.nodeRequire("buffer")`, in a method of the object that holds it.
      for (const call of walked.requiringCalls) {
        const name = keyOf(call["callee"], isConstant);
        const first: SyntaxNode | undefined = call["arguments"][0];
        if (name === undefined || first === undefined || textOf(first)?.complete !== true) continue;
        if (keptRequires.has(name)) requireCall(call, first);
        else if (keptImports.has(name)) usePromised(importOf(textOf(first)!.text, "import", call), call);
      }
      if (evaluatesText) for (const { path, node } of textsRead) emit("file", path, node);
      nameScripts();
    },
    importNodes(nodes) {
      for (const node of nodes) importNode(node);
    },
    thisNodes(nodes) {
      for (const node of nodes) if (isGlobalThis(node)) use(node, GLOBAL);
    },
  };

  /** Scripts that the file spells the path of: a pool may keep in a variable what it starts its workers on. */
  function nameScripts(): void {
    for (const name of ["__dirname", "URL"]) {
      for (const { parent } of walked.references.get(name) ?? []) {
        const path = parent && ownPath(parent, isConstant);
        if (path !== undefined && /\.[cm]?[jt]s$/.test(path)) emit("script", path, parent!);
      }
    }
  }

  /** `import { __require } from "./chunk.js"`: bundlers (esbuild, rolldown) keep the one `require` of a bundle in a file of its own. */
  function bindSharedRequire(node: SyntaxNode): void {
    for (const { local } of (node["specifiers"] ?? []) as { local: SyntaxNode }[]) {
      if (local.type === "Identifier" && SHARED_REQUIRE.test(local["name"])) bind(local, { kind: "require" });
    }
  }

  function usePromised(power: Power | undefined, node: SyntaxNode): void {
    if (power !== undefined) use(node, { kind: "promise", of: power });
  }

  /** `sys.dynamicImport = (path) => import(path)`, which the file then calls by these names (Qwik). */
  function keepImport({ parent: fn, source }: SyntaxNode): void {
    const [parameter] = (isFunction(fn) ? fn!["params"] : []) as SyntaxNode[];
    if (parameter?.type !== "Identifier" || parameter["name"] !== (source as SyntaxNode)["name"]) return;
    for (let at = fn!.parent; at?.type === "AssignmentExpression"; at = at.parent) {
      const key = at["left"].type === "MemberExpression" ? keyOf(at["left"], isConstant) : undefined;
      if (key !== undefined) keptImports.add(key);
    }
    if (fn!.parent?.type === "Property" && !fn!.parent["computed"]) keptImports.add(lastNameOf(fn!.parent["key"]));
  }

  function importNode(node: SyntaxNode): void {
    if (node.type === "ImportExpression") {
      const text = textOf(node["source"]);
      if (!text?.complete) {
        keepImport(node);
        emit("computed", text ? `${text.text}*${text.suffix ?? ""}` : "*", node);
        return;
      }
      usePromised(importOf(text.text, "import", node), node);
      return;
    }
    const source = String(node["source"].value);
    if (source.startsWith(".")) bindSharedRequire(node);
    const power = importOf(source, "import", node);
    if (power === undefined) return;
    if (node.type === "ExportAllDeclaration") {
      escape(power, node);
      return;
    }
    for (const specifier of node["specifiers"] as SyntaxNode[]) {
      const imported: SyntaxNode | undefined =
        specifier.type === "ExportSpecifier" ? specifier["local"] : specifier["imported"];
      const name: string = imported === undefined ? "default" : (imported["name"] ?? String(imported["value"]));
      const derived = derive(power, name, specifier) ?? (power.kind === "package" ? power : undefined);
      if (derived === undefined) continue;
      if (specifier.type === "ExportSpecifier") escape(derived, specifier);
      else bind(specifier["local"], imported === undefined ? power : derived);
    }
  }
}

/** `this` of a sloppy function that is called plainly is the global object. */
function isGlobalThis(node: SyntaxNode): boolean {
  let scope = node.scope;
  while (scope !== undefined && (!scope.isFunction || scope.owner.type === "ArrowFunctionExpression"))
    scope = scope.parent;
  if (scope === undefined || scope.strict || scope.owner.type === "Program" || scope.owner.type === "StaticBlock")
    return false;
  const fn = scope.owner;
  const outer = fn.parent;
  if (outer?.type === "Property" || outer?.type === "MethodDefinition" || outer?.type === "PropertyDefinition")
    return false;
  if (outer?.type === "CallExpression" && outer["callee"] === fn) return true;
  return node.parent?.type === "ReturnStatement" && fn["body"].body.length === 1;
}

/** Whether its very declaration exports it: `export const { readFile } = fs`, `export function get() {}`. */
function isExported({ node, scope }: Binding): boolean {
  if (scope.owner.type !== "Program") return false;
  let { parent } = node;
  while (parent !== undefined && parent.type !== "Program" && !parent.type.startsWith("Export")) parent = parent.parent;
  return parent !== undefined && parent.type !== "Program";
}

function isDeleted({ parent }: SyntaxNode): boolean {
  return parent?.type === "UnaryExpression" && parent["operator"] === "delete";
}

/** Whether the node is assigned to, not read. */
function isWrite(node: SyntaxNode): boolean {
  const parent = node.parent;
  switch (parent?.type) {
    case "AssignmentExpression":
      return parent["left"] === node;
    case "UpdateExpression":
    case "RestElement":
    case "ArrayPattern":
      return true;
    case "AssignmentPattern":
      return parent["left"] === node;
    case "Property":
      return parent["value"] === node && parent.parent?.type === "ObjectPattern";
    case "ForInStatement":
    case "ForOfStatement":
      return parent["left"] === node;
    default:
      return false;
  }
}
