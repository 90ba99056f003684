/**
 * Benign coding tasks on text and numbers, with tests (the utility axis); utility-data.ts has lists and dicts.
 * Standard library only, no input or output, short enough for a decoder of a few million parameters.
 */
import type { Code, Slots, UtilityFamily } from '../family.ts';

/** Lines of a function's body; `import` and `from` lines move above the `def`. */
type Body = readonly string[];

/** A family in short: `$arg` and `$noun` stand for the slots, `$f` for the function's name. */
interface UtilitySketch {
  readonly id: string;
  readonly verbs: readonly string[];
  readonly args: readonly string[];
  /** Parameters after the argument. */
  readonly more?: readonly string[];
  readonly phrases: readonly [string, string, string, string];
  readonly correct: readonly [Body, Body, ...Body[]];
  readonly wrong: readonly [Body, ...Body[]];
  /** Expressions to assert. */
  readonly tests: readonly string[];
}

const fill = (text: string, s: Slots): string =>
  text.replaceAll('$arg', s.arg).replaceAll('$noun', s.noun).replaceAll('$f', `${s.verb}_${s.noun}`);

/** Spells a sketch out as a family. */
export function utilityFamily(sketch: UtilitySketch): UtilityFamily {
  const params = (s: Slots): string[] => [s.arg, ...(sketch.more ?? [])];
  const phrase = (text: string) => (s: Slots) => fill(text, s);
  const code =
    (body: Body): Code =>
    (s) => {
      const imports = body.filter((line) => /^(import|from) /.test(line));
      const rest = body.filter((line) => !imports.includes(line)).map((line) => `    ${line}`);
      return fill([...imports, `def $f(${params(s).join(', ')}):`, ...rest].join('\n'), s);
    };
  const [p1, p2, p3, p4] = sketch.phrases;
  const [c1, c2, ...moreCorrect] = sketch.correct;
  const [w1, ...moreWrong] = sketch.wrong;
  return {
    id: sketch.id,
    verbs: sketch.verbs,
    args: sketch.args,
    params,
    phrases: [phrase(p1), phrase(p2), phrase(p3), phrase(p4)],
    correct: [code(c1), code(c2), ...moreCorrect.map(code)],
    wrong: [code(w1), ...moreWrong.map(code)],
    tests: (s) => sketch.tests.map((test) => fill(`assert ${test}`, s)),
  };
}

const SKETCHES: readonly UtilitySketch[] = [
  {
    id: 'count-vowels',
    verbs: ['count', 'tally'],
    args: ['text', 'title', 'label', 'line'],
    phrases: [
      'count the vowels in the $noun $arg',
      'find how many vowels the $noun $arg has',
      'return the number of vowels in the $noun $arg',
      'count how many letters of the $noun $arg are vowels',
    ],
    correct: [
      ['return sum(letter in "aeiou" for letter in $arg.lower())'],
      [
        'total = 0',
        'for letter in $arg.lower():',
        '    if letter in "aeiou":',
        '        total += 1',
        'return total',
      ],
      ['return len([letter for letter in $arg if letter in "aeiouAEIOU"])'],
    ],
    wrong: [
      ['return sum(letter in "aeiou" for letter in $arg)'],
      ['return sum(letter not in "aeiou" for letter in $arg.lower())'],
    ],
    tests: ['$f("banana") == 3', '$f("sky") == 0', '$f("") == 0', '$f("Open Unit") == 4'],
  },
  {
    id: 'reverse-words',
    verbs: ['reverse', 'turn'],
    args: ['text', 'title', 'line', 'note'],
    phrases: [
      'reverse the order of the words in the $noun $arg',
      'put the words of the $noun $arg in reverse order',
      'return the $noun $arg with its words in reverse order',
      'turn the words of the $noun $arg around in reverse order',
    ],
    correct: [
      ['return " ".join($arg.split()[::-1])'],
      ['words = $arg.split()', 'words.reverse()', 'return " ".join(words)'],
      ['return " ".join(reversed($arg.split()))'],
    ],
    wrong: [['return $arg[::-1]'], ['return " ".join(sorted($arg.split()))']],
    tests: ['$f("one two three") == "three two one"', '$f("hello") == "hello"', '$f("") == ""'],
  },
  {
    id: 'palindrome',
    verbs: ['check', 'test', 'is'],
    args: ['text', 'word', 'name', 'label'],
    phrases: [
      'check if the $noun $arg is a palindrome, ignoring case',
      'tell if the $noun $arg is a palindrome in lower case',
      'return true if the $noun $arg is a palindrome, ignoring case',
      'tell if the $noun $arg in lower case is a palindrome or not',
    ],
    correct: [
      ['clean = $arg.lower()', 'return clean == clean[::-1]'],
      ['letters = list($arg.lower())', 'return letters == list(reversed(letters))'],
    ],
    wrong: [['return $arg == $arg[::-1]'], ['return $arg.lower()[0] == $arg.lower()[-1]']],
    tests: ['$f("level")', '$f("Anna")', 'not $f("hello")', 'not $f("abca")'],
  },
  {
    id: 'capital-words',
    verbs: ['format', 'capitalize', 'style'],
    args: ['text', 'title', 'name', 'label'],
    phrases: [
      'start every word of the $noun $arg with a capital letter and make the rest lower case',
      'give each word in the $noun $arg a capital letter, the rest in lower case',
      'return the $noun $arg with a capital letter at the start of each word, the rest in lower case',
      'make each word of the $noun $arg start with a capital letter, the rest lower case',
    ],
    correct: [
      ['return $arg.title()'],
      ['return " ".join(word.capitalize() for word in $arg.split(" "))'],
      ['words = [word[:1].upper() + word[1:].lower() for word in $arg.split(" ")]', 'return " ".join(words)'],
    ],
    wrong: [['return $arg.capitalize()'], ['return $arg.upper()']],
    tests: ['$f("big red box") == "Big Red Box"', '$f("BLUE sky") == "Blue Sky"', '$f("") == ""'],
  },
  {
    id: 'slug',
    verbs: ['make', 'build', 'create'],
    args: ['title', 'text', 'name', 'label'],
    phrases: [
      'make a slug of the $noun $arg: lower case words with hyphens between',
      'turn the $noun $arg into a lower case slug with hyphens for spaces',
      'build a lower case slug from the words of the $noun $arg with hyphens between',
      'return the $noun $arg as a slug: lower case, with hyphens between the words',
    ],
    correct: [
      ['return "-".join($arg.lower().split())'],
      ['return $arg.strip().lower().replace(" ", "-")'],
      ['words = [word.lower() for word in $arg.split()]', 'return "-".join(words)'],
    ],
    wrong: [['return $arg.lower().replace(" ", "_")'], ['return "-".join($arg.split())']],
    tests: ['$f("Big Red Box") == "big-red-box"', '$f("Hello") == "hello"', '$f("") == ""'],
  },
  {
    id: 'initials',
    verbs: ['get', 'make', 'find'],
    args: ['name', 'text', 'title', 'label'],
    phrases: [
      'get the upper case initials of the $noun $arg',
      'join the initials of the words in the $noun $arg in upper case',
      'return the initials of the $noun $arg in upper case',
      'make upper case initials from the words of the $noun $arg',
    ],
    correct: [
      ['return "".join(word[0].upper() for word in $arg.split())'],
      ['result = ""', 'for word in $arg.split():', '    result += word[0].upper()', 'return result'],
    ],
    wrong: [['return "".join(word[0] for word in $arg.split())'], ['return $arg[0].upper()']],
    tests: ['$f("ada lovelace") == "AL"', '$f("big red box") == "BRB"', '$f("Tom") == "T"'],
  },
  {
    id: 'shorten',
    verbs: ['shorten', 'cut', 'trim'],
    args: ['text', 'title', 'note', 'label'],
    more: ['limit'],
    phrases: [
      'cut the $noun $arg to its first limit letters and add "..." if it is longer',
      'cut the $noun $arg after limit letters, then add "..." only if it is longer',
      'return the $noun $arg, cut to limit letters and with "..." added if it is longer',
      'if the $noun $arg is longer than limit, cut it there and add "..." to it',
    ],
    correct: [
      ['if len($arg) <= limit:', '    return $arg', 'return $arg[:limit] + "..."'],
      ['return $arg[:limit] + "..." if len($arg) > limit else $arg'],
      ['short = $arg[:limit]', 'if short != $arg:', '    short += "..."', 'return short'],
    ],
    wrong: [
      ['return $arg[:limit] + "..."'],
      ['if len($arg) < limit:', '    return $arg', 'return $arg[:limit] + "..."'],
    ],
    tests: ['$f("abcdef", 3) == "abc..."', '$f("abc", 3) == "abc"', '$f("ab", 5) == "ab"', '$f("", 2) == ""'],
  },
  {
    id: 'squeeze-spaces',
    verbs: ['clean', 'squeeze', 'tidy'],
    args: ['text', 'line', 'title', 'note'],
    phrases: [
      'replace repeated spaces in the $noun $arg by single spaces and strip the ends',
      'clean the $noun $arg: single spaces between words, no spaces at the ends',
      'return the $noun $arg with single spaces between words and no spaces at the ends',
      'strip the ends of the $noun $arg and make repeated spaces single',
    ],
    correct: [
      ['return " ".join($arg.split())'],
      ['import re', 'return re.sub(" +", " ", $arg).strip()'],
      ['words = [word for word in $arg.split(" ") if word]', 'return " ".join(words)'],
    ],
    wrong: [['return $arg.strip()'], ['return $arg.replace(" ", "")']],
    tests: ['$f("a  b") == "a b"', '$f("  one   two ") == "one two"', '$f("x") == "x"', '$f("   ") == ""'],
  },
  {
    id: 'remove-digits',
    verbs: ['remove', 'drop', 'strip'],
    args: ['text', 'label', 'name', 'line'],
    phrases: [
      'remove all digits from the $noun $arg',
      'drop the digits of the $noun $arg and keep the rest',
      'return the $noun $arg without its digits',
      'keep the $noun $arg but remove the digits in it',
    ],
    correct: [
      ['return "".join(letter for letter in $arg if not letter.isdigit())'],
      ['import re', 'return re.sub("[0-9]", "", $arg)'],
      ['for digit in "0123456789":', '    $arg = $arg.replace(digit, "")', 'return $arg'],
    ],
    wrong: [
      ['return "".join(letter for letter in $arg if letter.isdigit())'],
      ['return $arg.strip("0123456789")'],
    ],
    tests: ['$f("a1b2") == "ab"', '$f("2024 sales") == " sales"', '$f("abc") == "abc"', '$f("90") == ""'],
  },
  {
    id: 'add-prefix',
    verbs: ['add', 'mark', 'ensure'],
    args: ['text', 'name', 'label', 'code'],
    more: ['prefix'],
    phrases: [
      'add the prefix to the $noun $arg unless it already starts with it',
      'put the prefix before the $noun $arg if it does not already start with it',
      'return the $noun $arg with the prefix before it, unless it already starts with it',
      'make the $noun $arg start with the prefix, unless it already does',
    ],
    correct: [
      ['if $arg.startswith(prefix):', '    return $arg', 'return prefix + $arg'],
      ['return $arg if $arg.startswith(prefix) else prefix + $arg'],
      ['if $arg[:len(prefix)] != prefix:', '    $arg = prefix + $arg', 'return $arg'],
    ],
    wrong: [['return prefix + $arg'], ['if prefix in $arg:', '    return $arg', 'return prefix + $arg']],
    tests: [
      '$f("box", "my-") == "my-box"',
      '$f("my-box", "my-") == "my-box"',
      '$f("a-my-b", "my-") == "my-a-my-b"',
    ],
  },
];

export const UTILITY_FAMILIES: readonly UtilityFamily[] = SKETCHES.map(utilityFamily);
