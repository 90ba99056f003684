/** The languages that analysers know, by the names that snippets carry. */
export { LANGUAGES, type Language } from '../../transcripts/code-language.ts';
