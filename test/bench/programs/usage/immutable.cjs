const { List, Map, fromJS } = require("immutable");

const state = fromJS({
  users: [
    { name: "a", tags: ["x"] },
    { name: "b", tags: [] },
  ],
});
const next = state.updateIn(["users", 1, "tags"], (tags) => tags.push("y", "z"));
console.log(JSON.stringify(next), next === state, List.of(3, 1, 2).sort().toJS(), Map({ a: 1 }).equals(Map({ a: 1 })));
