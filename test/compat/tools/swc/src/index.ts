export const f = async ({ a, ...rest }: { a: number }): Promise<number> => a ?? 1;
