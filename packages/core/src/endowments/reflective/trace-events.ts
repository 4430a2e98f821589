import type { MemberTable } from "../member-table.ts";
import { refusedBuiltin } from "./refused-builtin.ts";

export const TRACE_EVENTS_MEMBERS: MemberTable = {
  createTracing: ["refuse", "writes a file, and shows what everybody does"],
  getEnabledCategories: ["pass", "a text"],
};

/** `trace_events`: for the application only. */
export const makeTraceEvents = refusedBuiltin("trace_events", TRACE_EVENTS_MEMBERS);
