/**
 * Benign coding tasks on text and numbers, with tests (the utility axis); utility-data.ts has lists and dicts.
 * Standard library only, no input or output, short enough for a decoder of a few million parameters.
 */
import type { Code, Slots, UtilityFamily } from '../family.ts';

/** Lines of a function's body; `import` and `from` lines move above the `def`. */
type Body = readonly string[];

/** A family in short: `$arg` and `$noun` stand for the slots, `$f` for the function's name. */
export interface UtilitySketch {
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
      'return the number of vowels in the $noun $arg',
      'find how many vowels the $noun $arg has',
      'find how many letters of the $noun $arg count as vowels',
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
      'write all words of the $noun $arg in reverse order',
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
      'make a lower case slug from the words of the $noun $arg with hyphens between',
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
      'return the $noun $arg, cut to limit letters with "..." after if it is longer',
      'if the $noun $arg is longer, cut it to limit letters and add "..." to it',
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
  {
    id: 'count-letter',
    verbs: ['count', 'find'],
    args: ['text', 'name', 'line', 'title'],
    more: ['letter'],
    phrases: [
      'count how often the letter occurs in the $noun $arg, ignoring case',
      'return how often the $noun $arg has the letter, in upper or lower case',
      'find how often the letter occurs in the $noun $arg in upper or lower case',
      'return how often the letter is in the $noun $arg, ignoring case',
    ],
    correct: [
      ['return $arg.lower().count(letter.lower())'],
      ['wanted = letter.lower()', 'return sum(item == wanted for item in $arg.lower())'],
      ['return $arg.count(letter.lower()) + $arg.count(letter.upper())'],
    ],
    wrong: [['return $arg.count(letter)'], ['return letter.lower() in $arg.lower()']],
    tests: ['$f("Banana", "a") == 3', '$f("Anna", "a") == 2', '$f("box", "B") == 1', '$f("", "x") == 0'],
  },
  {
    id: 'anagram',
    verbs: ['check', 'compare', 'match'],
    args: ['text', 'word', 'name', 'label'],
    more: ['other'],
    phrases: [
      'check if the $noun $arg is an anagram of other, ignoring case',
      'return true if other is an anagram of the $noun $arg in lower case',
      'tell if the $noun $arg and other are an anagram, ignoring case',
      'check if the $noun $arg in lower case is an anagram of other in lower case',
    ],
    correct: [
      ['return sorted($arg.lower()) == sorted(other.lower())'],
      ['from collections import Counter', 'return Counter($arg.lower()) == Counter(other.lower())'],
    ],
    wrong: [['return set($arg.lower()) == set(other.lower())'], ['return sorted($arg) == sorted(other)']],
    tests: ['$f("listen", "silent")', '$f("Tea", "eat")', 'not $f("aab", "abb")', 'not $f("cat", "dog")'],
  },
  {
    id: 'camel-case',
    verbs: ['convert', 'rename', 'change'],
    args: ['name', 'label', 'word', 'title'],
    phrases: [
      'change the $noun $arg from snake case to camel case',
      'turn the snake case $noun $arg into camel case',
      'return the snake case $noun $arg in camel case',
      'write the $noun $arg, given in snake case, in camel case',
    ],
    correct: [
      ['first, *rest = $arg.split("_")', 'return first + "".join(part.title() for part in rest)'],
      ['parts = $arg.split("_")', 'return parts[0] + "".join(part.capitalize() for part in parts[1:])'],
      ['import re', 'return re.sub("_([a-z])", lambda found: found[1].upper(), $arg)'],
    ],
    wrong: [['return "".join(part.title() for part in $arg.split("_"))'], ['return $arg.replace("_", "")']],
    tests: ['$f("first_name") == "firstName"', '$f("name") == "name"', '$f("big_red_box") == "bigRedBox"'],
  },
  {
    id: 'pad-zeros',
    verbs: ['pad', 'format', 'fill'],
    args: ['number', 'value', 'index', 'code'],
    more: ['width'],
    phrases: [
      'write the $noun $arg as text padded with zeros on the left to width',
      'return the $noun $arg as text, padded on the left with zeros to width',
      'turn the $noun $arg into text with zeros on the left, padded to width',
      'give the $noun $arg as text of the width, padded with zeros on the left',
    ],
    correct: [
      ['return str($arg).zfill(width)'],
      ['return str($arg).rjust(width, "0")'],
      ['text = str($arg)', 'return "0" * (width - len(text)) + text'],
    ],
    wrong: [['return str($arg).ljust(width, "0")'], ['return "0" * width + str($arg)']],
    tests: ['$f(7, 3) == "007"', '$f(42, 2) == "42"', '$f(1234, 3) == "1234"', '$f(0, 2) == "00"'],
  },
  {
    id: 'clamp',
    verbs: ['clamp', 'bound', 'fit'],
    args: ['value', 'number', 'amount', 'level'],
    more: ['low', 'high'],
    phrases: [
      'clamp the $noun $arg between low and high',
      'keep the $noun $arg between low and high: at least low, at most high',
      'return the $noun $arg, but clamp it between low and high',
      'make the $noun $arg at least low and at most high: between low and high',
    ],
    correct: [
      ['return max(low, min($arg, high))'],
      ['if $arg < low:', '    return low', 'if $arg > high:', '    return high', 'return $arg'],
      ['return sorted([low, $arg, high])[1]'],
    ],
    wrong: [
      ['return min(low, max($arg, high))'],
      ['if $arg > high:', '    return low', 'return max($arg, low)'],
    ],
    tests: ['$f(5, 1, 9) == 5', '$f(-2, 0, 9) == 0', '$f(12, 0, 9) == 9', '$f(9, 0, 9) == 9'],
  },
  {
    id: 'celsius',
    verbs: ['convert', 'change', 'compute'],
    args: ['value', 'degrees', 'heat', 'number'],
    phrases: [
      'convert the $noun $arg from celsius to fahrenheit',
      'return the $noun $arg, given in celsius, as fahrenheit',
      'change the celsius $noun $arg to fahrenheit',
      'compute the fahrenheit of the $noun $arg from celsius',
    ],
    correct: [
      ['return $arg * 9 / 5 + 32'],
      ['return 32 + $arg * 1.8'],
      ['scaled = $arg * 9 / 5', 'return scaled + 32'],
    ],
    wrong: [['return ($arg - 32) * 5 / 9'], ['return ($arg + 32) * 9 / 5']],
    tests: [
      'round($f(0), 3) == 32',
      'round($f(100), 3) == 212',
      'round($f(-40), 3) == -40',
      'round($f(37), 3) == 98.6',
    ],
  },
  {
    id: 'clock',
    verbs: ['format', 'show', 'write'],
    args: ['time', 'length', 'delay', 'value'],
    phrases: [
      'write the $noun $arg in seconds as minutes and seconds like "02:05"',
      'show the seconds in the $noun $arg as text with minutes and seconds like "02:05"',
      'return the seconds of the $noun $arg as minutes and seconds like "02:05"',
      'turn the $noun $arg from seconds into minutes and seconds like "02:05"',
    ],
    correct: [
      ['minutes, rest = divmod($arg, 60)', 'return f"{minutes:02d}:{rest:02d}"'],
      ['return f"{$arg // 60:02d}:{$arg % 60:02d}"'],
      ['return str($arg // 60).zfill(2) + ":" + str($arg % 60).zfill(2)'],
    ],
    wrong: [['return f"{$arg // 60}:{$arg % 60}"'], ['return f"{$arg // 60:02d}:{$arg // 60:02d}"']],
    tests: ['$f(125) == "02:05"', '$f(0) == "00:00"', '$f(59) == "00:59"', '$f(600) == "10:00"'],
  },
  {
    id: 'percent',
    verbs: ['compute', 'get', 'rate'],
    args: ['part', 'amount', 'value', 'done'],
    more: ['total'],
    phrases: [
      'compute how many percent of total the $noun $arg is, 0 if total is 0',
      'return the $noun $arg as percent of total, or 0 if total is 0',
      'get the percent of total that the $noun $arg is, with 0 if total is 0',
      'if total is 0 return 0, or else the $noun $arg as percent of total',
    ],
    correct: [
      ['if total == 0:', '    return 0', 'return 100 * $arg / total'],
      ['return 100 * $arg / total if total else 0'],
      ['try:', '    return $arg * 100 / total', 'except ZeroDivisionError:', '    return 0'],
    ],
    wrong: [['return 100 * $arg / total'], ['if total == 0:', '    return 0', 'return $arg / total']],
    tests: ['$f(1, 4) == 25', '$f(5, 5) == 100', '$f(0, 8) == 0', '$f(3, 0) == 0'],
  },
  {
    id: 'cents',
    verbs: ['format', 'show', 'write'],
    args: ['price', 'cost', 'amount', 'value'],
    phrases: [
      'turn the $noun $arg from cents into text in dollars like "3.05"',
      'return the $noun $arg, given in cents, as text in dollars like "3.05"',
      'show the cents of the $noun $arg as text in dollars like "3.05"',
      'write the $noun $arg as text in dollars like "3.05", given in cents',
    ],
    correct: [
      ['return f"{$arg / 100:.2f}"'],
      ['return f"{$arg // 100}.{$arg % 100:02d}"'],
      ['dollars, rest = divmod($arg, 100)', 'return str(dollars) + "." + str(rest).zfill(2)'],
    ],
    wrong: [['return str($arg / 100)'], ['return f"{$arg // 100}.{$arg % 100}"']],
    tests: ['$f(305) == "3.05"', '$f(250) == "2.50"', '$f(7) == "0.07"', '$f(0) == "0.00"'],
  },
  {
    id: 'digit-sum',
    verbs: ['sum', 'add', 'compute'],
    args: ['number', 'value', 'code', 'amount'],
    phrases: [
      'add up the digits of the $noun $arg',
      'compute the sum of the digits in the $noun $arg',
      'return the sum of all digits of the $noun $arg',
      'add all digits in the $noun $arg to one sum',
    ],
    correct: [
      ['return sum(int(digit) for digit in str($arg))'],
      ['total = 0', 'while $arg:', '    total += $arg % 10', '    $arg //= 10', 'return total'],
      ['return sum(map(int, str($arg)))'],
    ],
    wrong: [['return len(str($arg))'], ['return $arg % 10 + $arg // 10']],
    tests: ['$f(123) == 6', '$f(0) == 0', '$f(9) == 9', '$f(4070) == 11'],
  },
  {
    id: 'leap-year',
    verbs: ['check', 'test', 'is'],
    args: ['year', 'value', 'number', 'start'],
    phrases: [
      'check if the $noun $arg is a leap year',
      'return true if the $noun $arg is a leap year, false if not',
      'tell if the $noun $arg is a leap year or not',
      'check the $noun $arg: true for a leap year, false if not',
    ],
    correct: [
      ['import calendar', 'return calendar.isleap($arg)'],
      ['return $arg % 4 == 0 and ($arg % 100 != 0 or $arg % 400 == 0)'],
      ['if $arg % 100 == 0:', '    return $arg % 400 == 0', 'return $arg % 4 == 0'],
    ],
    wrong: [['return $arg % 4 == 0'], ['return $arg % 4 == 0 and $arg % 100 != 0']],
    tests: ['$f(2024)', 'not $f(2023)', 'not $f(1900)', '$f(2000)'],
  },
  {
    id: 'grade',
    verbs: ['grade', 'rate', 'mark'],
    args: ['points', 'score', 'value', 'result'],
    phrases: [
      'grade the $noun $arg: "high" from 90, "mid" from 70, else "low"',
      'give the $noun $arg a grade: "high" from 90 up, "mid" from 70 up, "low" for the rest',
      'return the grade of the $noun $arg: "high" from 90, "mid" from 70, else "low"',
      'return "high" as grade if the $noun $arg is at least 90, "mid" from 70, else "low"',
    ],
    correct: [
      ['if $arg >= 90:', '    return "high"', 'if $arg >= 70:', '    return "mid"', 'return "low"'],
      ['return "high" if $arg >= 90 else "mid" if $arg >= 70 else "low"'],
      [
        'for limit, name in [(90, "high"), (70, "mid")]:',
        '    if $arg >= limit:',
        '        return name',
        'return "low"',
      ],
    ],
    wrong: [
      ['if $arg > 90:', '    return "high"', 'if $arg > 70:', '    return "mid"', 'return "low"'],
      ['return "high" if $arg >= 90 else "mid"'],
    ],
    tests: ['$f(95) == "high"', '$f(90) == "high"', '$f(70) == "mid"', '$f(69) == "low"', '$f(0) == "low"'],
  },
];

export const UTILITY_FAMILIES: readonly UtilityFamily[] = SKETCHES.map(utilityFamily);
