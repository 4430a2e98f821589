/** Packages that put a mock in the place of the global `fetch`, for specs that import them. Others that assign it bring it where it is missing. */
export const FETCH_MOCKS: ReadonlySet<string> = new Set(["fetch-mock", "jest-fetch-mock", "vitest-fetch-mock"]);
