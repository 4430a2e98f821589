const mustache = require("mustache");

const template = "{{#list}}<p>{{name}} {{{html}}} {{>part}}</p>{{/list}}{{^none}}none{{/none}}";
console.log(mustache.render(template, { list: [{ name: "a&b", html: "<i>" }, { name: "c" }] }, { part: "({{name}})" }));
