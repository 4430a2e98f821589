const ejs = require("ejs");

const template = "<% for (const row of rows) { %><p><%= row.name %>: <%- row.html %></p><% } %>";
console.log(
  ejs.render(template, {
    rows: [
      { name: "a<b", html: "<i>x</i>" },
      { name: "c", html: "y" },
    ],
  }),
);
