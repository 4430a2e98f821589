/**
 * What V8 has on its intrinsics in Node 22, 24 or 26 and not in Node 20, each asked for what it has. A package that
 * brings it adds something on the one and nothing on the others; its policy is the same on all.
 */
export const NEWER_LANGUAGE: ReadonlySet<string> = new Set(
  `Array.fromAsync ArrayBuffer.prototype.detached ArrayBuffer.prototype.transfer ArrayBuffer.prototype.transferToFixedLength
   DataView.prototype.getFloat16 DataView.prototype.setFloat16 Date.prototype.toTemporalInstant Error.isError Map.groupBy
   Map.prototype.getOrInsert Map.prototype.getOrInsertComputed Object.groupBy Promise.try Promise.withResolvers RegExp.escape
   Set.prototype.difference Set.prototype.intersection Set.prototype.isDisjointFrom Set.prototype.isSubsetOf
   Set.prototype.isSupersetOf Set.prototype.symmetricDifference Set.prototype.union Uint8Array.fromBase64 Uint8Array.fromHex
   Uint8Array.prototype.setFromBase64 Uint8Array.prototype.setFromHex Uint8Array.prototype.toBase64 Uint8Array.prototype.toHex
   WeakMap.prototype.getOrInsert WeakMap.prototype.getOrInsertComputed`.split(/\s+/u),
);
