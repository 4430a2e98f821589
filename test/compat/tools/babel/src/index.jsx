export const App = ({ name, ...rest }) => <p {...rest}>{name ?? "x"}</p>;
console.log(async () => { for await (const x of y) yield_(x); });
