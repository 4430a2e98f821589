/**
 * Packages whose command finds the project's specs by a pattern and runs them.
 * The patterns are often arguments, so what usually holds specs counts.
 */
export const TEST_RUNNERS: ReadonlyMap<string, string> = new Map([
  ["@playwright/test", "*.test.ts, *.spec.ts in testDir of playwright.config.ts"],
  ["ava", "test.js, test-*.js, *.test.js, test/, tests/, __tests__/"],
  ["jasmine", "spec_files of spec/support/jasmine.json"],
  ["jest", "__tests__/, *.test.js, *.spec.js"],
  ["jest-cli", "as jest"],
  ["karma", "files of karma.conf.js"],
  ["mocha", "test/*.js, or spec of .mocharc"],
  ["tap", "test/, *.test.js"],
  ["tape", "its arguments"],
  ["uvu", "its arguments"],
  ["vitest", "*.test.ts, *.spec.ts"],
]);

/** Where specs lie: in a folder for them, or with a mark in their name. */
export const SPEC_FILE =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__)\/.*\.[cm]?[jt]sx?$|(?:^|\/)(?:test|tests|spec)\.[cm]?[jt]s$|[.\-_](?:test|tests|spec)\.[cm]?[jt]sx?$|(?:^|\/)test-[^/]*\.[cm]?[jt]s$/;
