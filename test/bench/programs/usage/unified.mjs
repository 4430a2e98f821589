import { unified } from "unified";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import rehypeStringify from "rehype-stringify";

const made = await unified()
  .use(remarkParse)
  .use(remarkRehype)
  .use(rehypeStringify)
  .process("# A\n\n*b* **c** `d`\n\n1. x\n2. [y](z)\n".repeat(10));
console.log(String(made).length);
