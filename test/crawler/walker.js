"use strict";
/**
 * Runs inside of a package: collects every object that can be reached from
 * some roots, by prototypes, own keys (symbols too), accessors, entries of
 * collections, and results, errors, callbacks' arguments and receivers of
 * calls. Deterministic but for the order in which asynchronous results come in.
 */
const { getPrototypeOf, getOwnPropertyDescriptor, isExtensible } = Object;
const { ownKeys, apply, construct } = Reflect;
const functionText = Function.prototype.toString;
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** Proxies (Node's own, for sockets of HTTP/2) throw at anything. */
const isA = (value, Class) => {
  try {
    return value instanceof Class;
  } catch {
    return false;
  }
};

/** Node's own maps and sets inherit from nothing. */
const has = (method) => (object) => {
  try {
    apply(method, object, []);
    return true;
  } catch {
    return false;
  }
};
const isMap = has(Object.getOwnPropertyDescriptor(Map.prototype, "size").get);
const isSet = has(Object.getOwnPropertyDescriptor(Set.prototype, "size").get);

/** Each function is called with this many receivers, each accessor with this many. */
const RECEIVERS = 2;
/** Arguments of the calls that a function gets, beside what it is called on. */
const ARGUMENTS = ["none", "recorder", "text and recorder", "options"];

/** Calls that would end or hang the process, start others, or only make noise; recipes do what of them is of use. */
const NEVER_CALLED = new Set([
  "exit",
  "reallyExit",
  "abort",
  "kill",
  "_kill",
  "chdir",
  "disconnect",
  "umask",
  "execve",
  "dlopen",
  "fork",
  "spawn",
  "spawnSync",
  "exec",
  "execSync",
  "execFile",
  "execFileSync",
  "Worker",
  "setupPrimary",
  "setupMaster",
  "waitForDebugger",
  "gc",
  "stop",
  "wait",
  "waitAsync",
  "emitWarning",
  "loadEnvFile",
  "crawl",
  // Node's own assertions: arguments that are not checked reach native code and abort the process.
  "register",
  "registerBeforeExit",
  "getEphemeralKeyInfo",
  "createReadStream",
  "createWriteStream",
  "readLines",
  "readableWebStream",
  "slice",
  "guarded",
  "loadSNI",
  "methodProxy",
  "setServername",
  "setSession",
  "setMaxSendFragment",
  "setKeyCert",
  "enableTrace",
  "exportKeyingMaterial",
  "writeBuffer",
  "writeAsciiString",
  "writeUtf8String",
  "writeUcs2String",
  "writeLatin1String",
  "log",
  "warn",
  "error",
  "info",
  "debug",
  "trace",
  "dir",
  "dirxml",
  "table",
  "group",
  "groupCollapsed",
  "timeLog",
  "timeEnd",
  "count",
  "assert",
  // These end what the walk goes on with.
  "destroy",
  "close",
  "end",
  "terminate",
  "destroySoon",
  "destroySSL",
  "emitEOF",
  "_destroy",
  "_final",
  "_writev",
  "_write",
  "resetAndDestroy",
  "closeAllConnections",
  "closeIdleConnections",
  "removeAllListeners",
  "cancel",
  "abort",
  "disable",
  "unregister",
  "goaway",
  "Symbol(Symbol.dispose)",
  "Symbol(Symbol.asyncDispose)",
  "Symbol(nodejs.dispose)",
  "Symbol(nodejs.asyncDispose)",
  // By way of what is planted it comes to moat itself: this writes into moat's own folder.
  "keepOwnCodeAhead",
]);

exports.makeWalker = function makeWalker({ budget, kinds = ARGUMENTS }) {
  const objects = [],
    from = [],
    labels = [];
  // What lies behind symbols and underscores is Node's own state, as is what Node calls methods with: walked and compared, but its methods take arguments on trust.
  const internal = [],
    again = [];
  // Whether it could still be changed when it was found: what is hardened later was open to who came first.
  const open = [];
  const indexOf = new Map();
  const calledWith = new Map(),
    readWith = new Map();
  let edges = 0,
    calls = 0,
    walked = 0,
    quiet = false;

  function add(value, parent, label) {
    edges += 1;
    if (!isObject(value)) return;
    const inside =
      internal[parent] === true || /^(?:\[Symbol\((?!Symbol\.|nodejs\.)|\._)|, called by Node\{/.test(label);
    const known = indexOf.get(value);
    if (known !== undefined) {
      if (known === -1 || inside || !internal[known]) return;
      // Found on a public way too: its methods are called after all.
      internal[known] = false;
      if (known < walked) again.push(known);
      return;
    }
    if (objects.length >= budget) return;
    indexOf.set(value, objects.length);
    objects.push(value);
    from.push(parent);
    labels.push(label);
    internal.push(inside);
    open.push(isExtensible(value));
  }
  /** What the walk itself made: neither entered nor called. */
  const own = (value) => {
    indexOf.set(value, -1);
    return value;
  };

  const recorder = (parent, label) => {
    let heard = 0;
    return own(function (...args) {
      if (quiet || (heard += 1) > 20) return undefined;
      add(this, parent, `${label}{this}`);
      add(new.target, parent, `${label}{new.target}`);
      args.forEach((arg, index) => add(arg, parent, `${label}{argument ${index}}`));
      return undefined;
    });
  };
  const watched = (promise, parent, label) => {
    try {
      promise.then(recorder(parent, `${label}{resolved}`), recorder(parent, `${label}{rejected}`));
    } catch (error) {
      add(error, parent, `${label}{then threw}`);
    }
  };
  const settle = (value, parent, label) => {
    if (quiet) return;
    add(value, parent, label);
    if (isA(value, Promise)) watched(value, parent, label);
  };

  const limited = (counts, key, limit) => {
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count >= limit;
  };

  // An accessor that gives one of these reads memory, whatever it is called on.
  const fields = Array.from({ length: 12 }, () => own({}));
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = fields;
  const anyObject = own({ m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11 });
  const readers = [];

  function readGetter(getter, receiver, parent, label) {
    if (limited(readWith, getter, RECEIVERS)) return;
    try {
      if (fields.includes(apply(getter, anyObject, []))) readers.push([parent, label]);
    } catch {}
    try {
      settle(apply(getter, receiver, []), parent, label);
    } catch (error) {
      add(error, parent, `${label}{threw}`);
    }
  }

  // HAZARD: native methods take anything for their handle and abort the process.
  // The same of methods that Node calls itself: named `onread` or with an underscore, or by a symbol that is not well-known.
  const isInternal = (key) =>
    typeof key === "symbol"
      ? !/^Symbol\((?:Symbol\.|nodejs\.)/.test(String(key))
      : /^(?:_|on(?!ce$)[a-z])|cb$|[cC]allback$/.test(key);
  const isNative = (method) => /\{\s*\[native code\]\s*\}$/.test(apply(functionText, method, []));

  function callIt(method, receiver, parent, name) {
    if (indexOf.get(method) === -1 || isNative(method) || limited(calledWith, method, RECEIVERS)) return;
    for (const kind of kinds) {
      for (const isNew of [false, true]) {
        if (isNew && getOwnPropertyDescriptor(method, "prototype") === undefined) continue;
        const label = `${isNew ? "new " : ""}${name}(${kind === "none" ? "" : kind})`;
        const record = recorder(parent, label);
        const options = own({
          __proto__: null,
          callback: record,
          read: record,
          write: record,
          transform: record,
          lookup: record,
          onread: record,
          signal: undefined,
        });
        const args =
          kind === "none" ? [] : kind === "recorder" ? [record] : kind === "options" ? [options] : ["x", record];
        calls += 1;
        try {
          settle(isNew ? construct(method, args) : apply(method, receiver, args), parent, label);
        } catch (error) {
          add(error, parent, `${label}{threw}`);
        }
      }
    }
  }

  /** Own properties of one object, and the accessors and methods that it inherits. */
  function walkObject(index, mayCall) {
    const object = objects[index];
    try {
      add(getPrototypeOf(object), index, "[[Prototype]]");
    } catch (error) {
      add(error, index, "[[Prototype]]{threw}");
    }
    let level = object;
    for (let depth = 0; level !== null && depth < 12; depth += 1) {
      if (depth > 0 && intrinsics.has(level)) break;
      let keys;
      try {
        keys = ownKeys(level);
      } catch (error) {
        add(error, index, "ownKeys{threw}");
        break;
      }
      const data = ArrayBuffer.isView(object)
        ? keys.filter((key) => typeof key === "symbol" || !/^\d+$/.test(key))
        : keys;
      for (const key of data) {
        let descriptor;
        try {
          descriptor = getOwnPropertyDescriptor(level, key);
        } catch (error) {
          add(error, index, `${String(key)}{threw}`);
          continue;
        }
        if (descriptor === undefined) continue;
        const name = typeof key === "symbol" ? `[${String(key)}]` : `.${key}`;
        if (depth === 0) {
          add(descriptor.value, index, name);
          add(descriptor.get, index, `${name}{get}`);
          add(descriptor.set, index, `${name}{set}`);
        }
        if (descriptor.get !== undefined) readGetter(descriptor.get, object, index, name);
        if (!mayCall || internal[index] || intrinsics.has(descriptor.value)) continue;
        // Methods of hardened classes look like data. HAZARD: called on the class's prototype, Node's abort the process.
        if (depth === 0 && descriptor.configurable && !isExtensible(object)) continue;
        // A facade's member that was made just now is data from then on.
        let method =
          descriptor.get !== undefined && depth === 0 ? getOwnPropertyDescriptor(level, key)?.value : descriptor.value;
        // Members of other prototypes that packages share are accessors.
        if (method === undefined && descriptor.get !== undefined && depth > 0)
          try {
            method = object[key];
          } catch {}
        if (
          typeof method !== "function" ||
          intrinsics.has(method) ||
          NEVER_CALLED.has(String(key)) ||
          NEVER_CALLED.has(method.name) ||
          key === "constructor" ||
          isInternal(key)
        )
          continue;
        callIt(method, object, index, name);
      }
      try {
        level = getPrototypeOf(level);
      } catch {
        break;
      }
    }
    const forEach = isMap(object) ? Map.prototype.forEach : isSet(object) ? Set.prototype.forEach : undefined;
    if (forEach !== undefined) {
      let entry = 0;
      try {
        apply(forEach, object, [
          (value, key) => {
            if (entry < 200) {
              add(value, index, `{entry ${entry}}`);
              add(key, index, `{key ${entry}}`);
            }
            entry += 1;
          },
        ]);
      } catch (error) {
        add(error, index, "{forEach threw}");
      }
    }
    if (isA(object, Promise)) watched(object, index, "");
  }

  /** The intrinsics: walked and compared, and never called. */
  const intrinsics = new Set();

  function drain(mayCall) {
    for (; walked < objects.length; walked += 1) walkObject(walked, mayCall);
    while (again.length > 0) walkObject(again.pop(), mayCall);
    if (walked < objects.length) drain(mayCall);
  }

  return {
    add: (label, value) => add(value, -1, label),
    own,
    recorder: (label) => recorder(-1, label),
    record: (label, promise) => watched(own(promise), -1, label),
    /** Notes the language's own objects, before anything else is added. */
    intrinsics(roots) {
      for (const root of roots) add(root, -1, "intrinsics");
      for (; walked < objects.length; walked += 1) {
        intrinsics.add(objects[walked]);
        const object = objects[walked];
        add(getPrototypeOf(object), walked, "[[Prototype]]");
        for (const key of ownKeys(object)) {
          const { value, get, set } = getOwnPropertyDescriptor(object, key);
          for (const part of [value, get, set]) add(part, walked, `.${String(key)}`);
        }
      }
    },
    /** Walks over what is there, without any call. */
    look() {
      drain(false);
      again.push(...objects.keys());
    },
    /** Walks to the end, with turns of the event loop for what comes later. */
    async walk(turn) {
      for (let round = 0; round < 6; round += 1) {
        drain(true);
        await turn();
      }
      for (let round = 0; round < 3; round += 1) {
        drain(true);
        await turn();
      }
      drain(false);
      quiet = true;
      return { objects, from, labels, open, readers, edges, calls };
    },
  };
};
