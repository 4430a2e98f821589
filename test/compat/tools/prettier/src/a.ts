export const a=1, b   = "two";  export const unused = 0
