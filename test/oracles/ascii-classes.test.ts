import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiClasses } from '../../src/oracles/code-security/ast-grep/ascii-classes.ts';

test('classes become ASCII, inside and outside of brackets', () => {
  const cases = [
    ['^\\w+$', '^[0-9A-Za-z_]+$'],
    ['[\\w.-]+\\s*=', '[0-9A-Za-z_.-]+[ \\t\\r\\n]*='],
    ['\\D\\d', '[^0-9][0-9]'],
    ['[^\\s]', '[^ \\t\\r\\n]'],
    ['\\bmd5\\b', '(?-u:\\b)md5(?-u:\\b)'],
    ['\\\\w', '\\\\w'],
    ['\\.[\\]b]\\[', '\\.[\\]b]\\['],
    ['[]\\d]\\d', '[\\]0-9][0-9]'],
    ['[^]]\\w', '[^\\]][0-9A-Za-z_]'],
    ['(?i)key', '(?i)key'],
  ];
  for (const [pattern, expected] of cases) assert.equal(asciiClasses(pattern!), expected);
});
