const SETTINGS = /\b(?:prepareStackTrace|stackTraceLimit)\b/;
/** Or keeps something of its own on `Error`, as bluebird does. */
const OWN_PROPERTY = /\bdefineProperty\(\s*Error\s*,/;

/** Whether a text speaks of `Error`'s stack settings: it then gets an `Error` of the compartment's own. */
export function usesStackSettings(source: string): boolean {
  // Nearly no text does, and looking for a part of it is faster.
  return (
    (source.includes("Trace") && SETTINGS.test(source)) || (source.includes("Property(") && OWN_PROPERTY.test(source))
  );
}
