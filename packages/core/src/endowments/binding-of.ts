import { withoutDeprecations } from "./without-deprecations.ts";

/** @throws where Node refuses its deprecated `process.binding`: under `--permission`, and some day. */
export function bindingOf(process: any, name: string): any {
  return withoutDeprecations(process, () => process.binding(name));
}
