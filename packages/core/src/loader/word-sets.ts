/** acorn's lists of words as sets, which answer faster: it asks up to three times for each identifier. */

/** A list of words, as acorn asks for them: it writes `/^(?:break|case)$/` and calls nothing but `test`. */
interface WordTest {
  readonly source?: string;
  test(word: string): boolean;
}

/** What acorn's parser has and its types don't say. */
export interface WordLists {
  keywords: WordTest;
  reservedWords: WordTest;
  reservedWordsStrict: WordTest;
  reservedWordsStrictBind: WordTest;
}

const ALTERNATIVES = /^\^\(\?:([a-z|]+)\)\$$/;
const wordTests = new Map<string, WordTest>();

/** To be called as a parser is made. */
export function askWordsInSets(parser: WordLists): void {
  parser.keywords = asSet(parser.keywords);
  parser.reservedWords = asSet(parser.reservedWords);
  parser.reservedWordsStrict = asSet(parser.reservedWordsStrict);
  parser.reservedWordsStrictBind = asSet(parser.reservedWordsStrictBind);
}

function asSet(words: WordTest): WordTest {
  const source = words.source!;
  let test = wordTests.get(source);
  if (test === undefined) {
    const alternatives = ALTERNATIVES.exec(source)?.[1];
    const set = alternatives === undefined ? undefined : new Set(alternatives.split("|"));
    wordTests.set(source, (test = set === undefined ? words : { source, test: (word) => set.has(word) }));
  }
  return test;
}
