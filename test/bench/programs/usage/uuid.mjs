import { NIL, parse, stringify, v4, v5, validate, version } from "uuid";

console.log(v5("a name", v5.URL), validate(v4()), version(v4()), stringify(parse(NIL)));
