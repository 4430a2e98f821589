import babel from "@rollup/plugin-babel";
import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
import resolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";

export default {
  input: "src/index.ts",
  output: [
    { file: "dist/bundle.cjs", format: "cjs", sourcemap: true },
    { file: "dist/bundle.min.mjs", format: "es", plugins: [terser()] },
  ],
  plugins: [resolve(), commonjs(), json(), typescript(), babel({ babelHelpers: "bundled", presets: ["@babel/preset-env"], extensions: [".js", ".ts"] })],
};
