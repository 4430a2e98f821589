/**
 * What a test's mock answers to packages that it stands in for.
 * HAZARD: an error that it throws would be an object of its own in the hands of whoever catches errors and adds to them.
 *
 * @param mock in words
 * @throws {Error} with the text of what the mock has thrown, and nothing else of it
 */
export function askedOf<Answer>(mock: string, ask: () => Answer): Answer {
  try {
    return ask();
  } catch (error) {
    throw new Error(`${mock} failed: ${textOf(error)}`);
  }
}

function textOf(error: unknown): string {
  try {
    return `${(error as Error).message}`;
  } catch {
    return "its error has no text";
  }
}
