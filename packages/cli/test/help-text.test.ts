import { expect, test } from "vitest";
import { HELP_TOPICS, helpText } from "../src/help/help-text.ts";

test("the overview", () => expect(helpText()).toMatchSnapshot());
test.each(HELP_TOPICS)("moat %s --help", (topic) => expect(helpText(topic)).toMatchSnapshot());
