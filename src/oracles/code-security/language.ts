/** The languages that analysers know, by the names that snippets carry. */
export const LANGUAGES = [
  'python',
  'javascript',
  'typescript',
  'java',
  'go',
  'c',
  'cpp',
  'csharp',
  'php',
  'ruby',
  'rust',
] as const;
export type Language = (typeof LANGUAGES)[number];
