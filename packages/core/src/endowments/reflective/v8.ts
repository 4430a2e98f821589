import { accessDenied, assertMayUse } from "../access-denied.ts";
import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { ownBytesOf } from "../bytes-of.ts";
import { makeDeserializer } from "./deserializers.ts";

export const V8_MEMBERS: MemberTable = {
  cachedDataVersionTag: ["pass", "a number"],
  getHeapStatistics: ["pass", "numbers"],
  getHeapSpaceStatistics: ["pass", "numbers"],
  getHeapCodeStatistics: ["pass", "numbers"],
  getCppHeapStatistics: ["refuse", "names of live objects' types"],
  isStringOneByteRepresentation: ["pass", "computes"],
  serialize: ["own", "copies its argument"],
  deserialize: ["own", "makes fresh objects of the realm"],
  Serializer: ["own", "computes; frozen"],
  Deserializer: ["own", "computes; frozen"],
  DefaultSerializer: ["own", "computes; frozen"],
  DefaultDeserializer: ["own", "computes; frozen"],
  startupSnapshot: ["own", "only says that no snapshot is being built"],
  promiseHooks: ["own", "sees every promise of the process"],
  setFlagsFromString: ["refuse", "switches V8's safety off (--allow-natives-syntax)"],
  getHeapSnapshot: ["refuse", "reads every string of the process"],
  writeHeapSnapshot: ["refuse", "the same, and writes a file"],
  setHeapSnapshotNearHeapLimit: ["refuse", "writes files"],
  setHeapProfileNearHeapLimit: ["refuse", "writes files"],
  takeCoverage: ["own", "does nothing: it writes the whole process's files"],
  stopCoverage: ["own", "does nothing: the whole process's"],
  queryObjects: ["refuse", "counts and shows others' objects"],
  GCProfiler: ["refuse", "watches the whole process"],
  startCpuProfile: ["refuse", "shows others' code"],
  startHeapProfile: ["refuse", "shows others' code"],
};

/** `v8`: serialization and statistics; nothing that sees or changes the whole process. */
export const makeV8: BuiltinFactory = (context) => {
  if (context.principal.trusted) return wholeModule(context, "v8");
  const real = context.powers.builtin("v8");
  const promiseHooks: Record<string, Function> = {};
  for (const name of ["createHook", "onInit", "onBefore", "onAfter", "onSettled"]) {
    promiseHooks[name] = (...args: unknown[]) => {
      assertMayUse(context, `v8.promiseHooks.${name}`);
      return real.promiseHooks[name](...args);
    };
  }
  const startupSnapshot = {
    isBuildingSnapshot: () => false,
    addSerializeCallback: () => {
      throw accessDenied("v8.startupSnapshot", "builtin");
    },
    addDeserializeCallback: () => {
      throw accessDenied("v8.startupSnapshot", "builtin");
    },
    setDeserializeMainFunction: () => {
      throw accessDenied("v8.startupSnapshot", "builtin");
    },
  };
  const own: Record<string, unknown> = { promiseHooks, startupSnapshot };
  for (const name of ["Serializer", "DefaultSerializer"]) own[name] = freezeClass(real[name]);
  Object.assign(
    own,
    context.shared("v8.deserializers", () => deserializersOf(real)),
  );
  // Test runners call these at their end, whether coverage was asked for or not.
  own.takeCoverage = () => {};
  own.stopCoverage = () => {};
  own.serialize = (value: unknown) => real.serialize(value);
  own.deserialize = (buffer: unknown) => real.deserialize(ownBytesOf(buffer));
  return facadeFromTable(context, "v8", V8_MEMBERS, own);
};

function deserializersOf(real: Record<"Deserializer" | "DefaultDeserializer", Function>): Record<string, Function> {
  const Deserializer = makeDeserializer(real.Deserializer);
  const DefaultDeserializer = makeDeserializer(real.DefaultDeserializer, Deserializer);
  for (const Class of [real.Deserializer, real.DefaultDeserializer, Deserializer, DefaultDeserializer])
    freezeClass(Class);
  return { Deserializer, DefaultDeserializer };
}

/**
 * HAZARD: native code reads `_readHostObject` and its like where no JavaScript may
 * run: behind an accessor (as hardening would make it) they abort the process.
 * So these classes are frozen as they are.
 */
function freezeClass(constructor: Function): Function {
  for (const object of [constructor, constructor.prototype]) {
    for (const key of Reflect.ownKeys(object)) {
      const value = Object.getOwnPropertyDescriptor(object, key)!.value;
      if (typeof value === "function" && value !== Error) Object.freeze(value);
    }
    Object.freeze(object);
  }
  return constructor;
}
