const cheerio = require("cheerio");

const $ = cheerio.load("<ul id=list><li class=a>one<li class='a b'>two<li>three</ul>");
$("li.a").last().attr("data-n", "2").append("<b>!</b>");
console.log(
  $("li")
    .map((_, element) => $(element).text())
    .get(),
  $.html("#list"),
);
