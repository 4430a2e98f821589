import { debounce } from "lodash-es";
import "./style.css";
import logo from "./logo.svg";

const render = async ({ name = "world", ...rest } = {}) => {
  const { greet } = await import("./greet.js");
  document.body.append(greet`hello ${name}`, logo, JSON.stringify(rest));
};
render().then(debounce(() => console.log([1, [2]].flat()), 10));
