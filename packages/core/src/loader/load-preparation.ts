/** Does nothing but load what prepares texts, where that is a file of its own: V8 refuses its code cache while `optimisedLate` runs. */
export function loadPreparation(): void {}
