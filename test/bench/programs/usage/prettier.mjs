import { format } from "prettier";

console.log(
  await format("const a={b:1,c:[1,2,3].map(x=>x*2)};async function f(){for await(const x of y)await g(x)}", {
    parser: "babel",
  }),
);
