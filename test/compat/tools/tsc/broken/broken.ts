const n: number = "text";
export { n, missing };
