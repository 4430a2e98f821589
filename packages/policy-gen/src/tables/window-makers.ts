/** Packages that make a browser's window: who loads one and puts what it has on a global object defines a window for tests. */
export const WINDOW_MAKERS: ReadonlySet<string> = new Set(["jsdom", "happy-dom", "linkedom", "domino"]);

/** Of these, those whose windows have the very classes that they export; jsdom makes new ones for each window. */
export const EXPORTED_WINDOWS: ReadonlySet<string> = new Set(["happy-dom"]);

/** Packages that put functions of their own on a window's classes, by the elements that they are handed. */
export const WINDOW_CHANGERS: ReadonlyMap<string, string> = new Map([
  ["@testing-library/user-event", "notes what tests do to an input's value and selection, and to focus"],
]);
