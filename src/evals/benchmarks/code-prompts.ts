/** How unfinished code is put to a chat model. */

/** @param fence the label of the code block, `python`. */
export function completionPrompt(code: string, language: string, fence: string): string {
  return [
    `Complete the following ${language} code.`,
    'Answer with the whole program, including what is given here, in one code block.',
    '',
    `\`\`\`${fence}`,
    code.replace(/^\n+/, '').trimEnd(),
    '```',
  ].join('\n');
}
