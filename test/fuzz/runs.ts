/** How many cases a property is tried with: a few with every test run; `npm run fuzz` has its own numbers. */
export function runs(numRuns: number): { numRuns: number } {
  return { numRuns };
}
