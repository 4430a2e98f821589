export function crawledTable(): Promise<unknown>;
