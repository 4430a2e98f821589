/** Or keeps something of its own on `Error`, as bluebird does. */
const STACK_SETTINGS = /\b(?:prepareStackTrace|stackTraceLimit)\b|\bdefineProperty\(\s*Error\s*,/;

/** Whether a text speaks of `Error`'s stack settings: it then gets an `Error` of the compartment's own. */
export function usesStackSettings(source: string): boolean {
  return STACK_SETTINGS.test(source);
}
