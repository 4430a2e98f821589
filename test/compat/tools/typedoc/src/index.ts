/** A shape. */
export interface Shape { /** Its size. */ size: number }
/** @returns the area of {@link Shape} */
export const area = (shape: Shape): number => shape.size ** 2;
