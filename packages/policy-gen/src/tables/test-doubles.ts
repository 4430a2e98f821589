/** Packages that put test doubles in the place of methods, where specs say so: `jest.spyOn(Date, "now")`. */
export const TEST_DOUBLES: ReadonlySet<string> = new Set([
  "@vitest/spy",
  "chai-spies",
  "jasmine-core",
  "jest-mock",
  "sinon",
  "testdouble",
  "tinyspy",
]);
