const handlebars = require("handlebars");

handlebars.registerHelper("shout", (text) => text.toUpperCase());
const template = handlebars.compile("{{#each list}}{{@index}} {{shout name}}{{#unless @last}}, {{/unless}}{{/each}}");
console.log(template({ list: [{ name: "a" }, { name: "<b>" }] }));
