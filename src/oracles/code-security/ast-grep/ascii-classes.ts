const MEMBERS: Readonly<Record<string, string>> = { w: '0-9A-Za-z_', d: '0-9', s: ' \\t\\r\\n' };

/**
 * A regular expression of a rule with ASCII classes for `\w`, `\d`, `\s` and their opposites. ast-grep compiles a
 * rule for every snippet that it is tried on, and tables of Unicode are most of that time (half of the whole match
 * in JavaScript, four fifths in PHP). `\b` keeps its meaning on ASCII words.
 */
export function asciiClasses(pattern: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '\\') {
      at++;
      result += asciiEscape(pattern[at] ?? '', inClass);
    } else if (inClass) {
      inClass = char !== ']';
      result += char;
    } else if (char === '[') {
      // The first member may be a `]`, also after `^`.
      const head = /^\[\^?\]?/.exec(pattern.slice(at))![0];
      result += head.replace(']', '\\]');
      at += head.length - 1;
      inClass = true;
    } else result += char;
  }
  return result;
}

function asciiEscape(letter: string, inClass: boolean): string {
  const members = MEMBERS[letter];
  if (members !== undefined) return inClass ? members : `[${members}]`;
  if (inClass) return `\\${letter}`;
  if (letter === 'b') return '(?-u:\\b)';
  const opposite = /[WDS]/.test(letter) ? MEMBERS[letter.toLowerCase()] : undefined;
  return opposite === undefined ? `\\${letter}` : `[^${opposite}]`;
}
