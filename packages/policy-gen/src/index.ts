export type { Capability, FileFacts, Place, SourceInfo, Use } from "./facts.ts";
export { generatePolicy, type Generated, type GenerateOptions } from "./generate-policy.ts";
export type { Evidence, Finding } from "./grant-collector.ts";
