import type { MemberTable } from "../member-table.ts";
import { refusedBuiltin } from "./refused-builtin.ts";

export const SEA_MEMBERS: MemberTable = {
  isSea: ["pass", "a boolean"],
  getAsset: ["refuse", "the application's files"],
  getRawAsset: ["refuse", "the application's files"],
  getAssetAsBlob: ["refuse", "the application's files"],
  getAssetKeys: ["refuse", "the application's files"],
};

/** `sea`: packages may ask whether they are in a single executable; its assets are the application's. */
export const makeSea = refusedBuiltin("sea", SEA_MEMBERS);
