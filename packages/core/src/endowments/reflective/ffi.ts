import type { MemberTable } from "../member-table.ts";
import { refusedBuiltin } from "./refused-builtin.ts";

const why = "native code and raw memory have no bounds";

export const FFI_MEMBERS: MemberTable = Object.fromEntries<MemberTable[string]>([
  ["suffix", ["absent", "of use with the others only"]],
  ["types", ["absent", "of use with the others only"]],
  ...[
    "DynamicLibrary",
    "dlopen",
    "dlclose",
    "dlsym",
    "exportArrayBuffer",
    "exportArrayBufferView",
    "exportString",
    "exportBuffer",
    "getInt8",
    "getUint8",
    "getInt16",
    "getUint16",
    "getInt32",
    "getUint32",
    "getInt64",
    "getUint64",
    "getFloat32",
    "getFloat64",
    "getCurrentEventLoop",
    "getRawPointer",
    "setInt8",
    "setUint8",
    "setInt16",
    "setUint16",
    "setInt32",
    "setUint32",
    "setInt64",
    "setUint64",
    "setFloat32",
    "setFloat64",
    "toString",
    "toArrayBuffer",
    "toBuffer",
  ].map((name): [string, MemberTable[string]] => [name, ["refuse", why]]),
]);

/** `ffi`: for the application only. */
export const makeFfi = refusedBuiltin("ffi", {
  ...FFI_MEMBERS,
  suffix: ["pass", "a text"],
  types: ["pass", "names of types"],
});
