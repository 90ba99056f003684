/**
 * Which language code is in: by its label, its file name and, because a policy may label it as it likes, by its
 * looks. Looks are judged line by line, without parsing; a parser decides later.
 */

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

/** Endings of file names, without the dot, in lower case. */
const ENDINGS: Readonly<Record<Language, string>> = {
  python: 'py pyw pyi',
  javascript: 'js mjs cjs jsx',
  typescript: 'ts mts cts tsx',
  java: 'java',
  go: 'go',
  c: 'c h',
  cpp: 'cc cpp cxx c++ hh hpp hxx h++',
  csharp: 'cs csx',
  php: 'php phtml php5 php7 php8',
  ruby: 'rb rake gemspec',
  rust: 'rs',
};
/** What fences call a language beside its name and the endings of its files. */
const ALIASES: Readonly<Record<Language, string>> = {
  python: 'py3 python3',
  javascript: 'node nodejs node.js ecmascript es6 express javascriptreact react',
  typescript: 'typescriptreact deno angular',
  java: 'spring jsp',
  go: 'golang',
  c: 'c99 c11 c17 ansi-c',
  cpp: 'cplusplus c++11 c++14 c++17 c++20',
  csharp: 'c# cs dotnet .net',
  php: 'laravel',
  ruby: 'rails erb',
  rust: 'rustlang',
};

function tableOf(names: (language: Language) => string): ReadonlyMap<string, Language> {
  return new Map(
    LANGUAGES.flatMap((language) =>
      names(language)
        .split(' ')
        .map((name) => [name, language] as const),
    ),
  );
}

/** Language of a file by its ending: `.py` is `python`. */
export const LANGUAGE_OF_EXTENSION: ReadonlyMap<string, Language> = new Map(
  [...tableOf((language) => ENDINGS[language])].map(([ending, language]) => [`.${ending}`, language]),
);
const LANGUAGE_OF_LABEL = tableOf((language) => `${language} ${ENDINGS[language]} ${ALIASES[language]}`);

/** Of a label that a fence carries, lower case; undefined for those that no analyser knows. */
export function languageOfLabel(label: string): Language | undefined {
  return LANGUAGE_OF_LABEL.get(label);
}

type Other = Exclude<Language, 'python'>;

/** `sure`: hardly another language writes this. `maybe`: typical, though others write it too. */
interface Marks {
  readonly sure: RegExp;
  readonly maybe: RegExp;
}

const MARKS: Readonly<Record<Other, Marks>> = {
  javascript: {
    sure: /\brequire\(['"`]|^import (?:[\w$*{][^'"]* from )['"]|^export (?:default|const|function|class|async|[{*])|\bmodule\.exports\b|\bconsole\.(?:log|error|warn)\(|\bdocument\.\w|\bwindow\.\w|\bprocess\.(?:env|argv|exit)\b|\bnew Promise\(|\bawait fetch\(|\.addEventListener\(|\bJSON\.(?:parse|stringify)\(|^(?:app|router)\.(?:get|post|put|delete|use|listen)\(|\.(?:inner|outer)HTML\b|\blocalStorage\b|\bdangerouslySetInnerHTML\b|\bfunction\*? ?[\w$]* ?\((?! ?[$&])[^:$]*\) ?\{|\.then\(|\$\((?:this\)|['"][#.<\w])|\.prototype\.|\bnew RegExp\(|\b(?:const|let|var) [{[][\w$, :]+[}\]] ?= |\bchild_process\b|^['"]use strict['"]/,
    maybe:
      /^(?:const|let|var) [\w$]+ ?(?:=|;|$)|(?:^|[=(,:] ?)(?:async )?(?:\([^()]*\)|[\w$]+) ?=> ?\S|(?<![=!])[!=]==(?!=)|^\}\)+;?$|\btypeof \w|\bundefined\b/,
  },
  typescript: {
    sure: /^(?:export )?(?:declare )?type \w+(?:<[^>]*>)? ?=|^export (?:interface|enum|abstract class|type)\b|^import type\b|[(,{] ?\w+\?? ?: ?(?:string|number|boolean|any|unknown|Record<|Promise<)|\) ?: ?(?:Promise<|string\b|number\b|boolean\b|void\b)|^(?:const|let|var) \w+ ?: ?[A-Za-z]|\bas (?:const|any|unknown|string|number)\b|^(?:private|public|protected|readonly) (?:readonly )?\w+\??: ?\w|^\w+\??: ?(?:string|number|boolean)(?:\[\])?;/,
    maybe: /^interface \w+ ?(?:extends .*)?\{/,
  },
  java: {
    sure: /^(?:import|package) (?:static )?[a-z]\w*\.[\w.*]+;$|\bSystem\.(?:out|err|getenv|getProperty)\b|\bpublic static void main\(String|\) ?throws \w+|^@Override\b|\b(?:PreparedStatement|ResultSet|HttpServlet\w*|Object(?:Input|Output)Stream|BufferedReader|File(?:Input|Output)Stream|ArrayList|HashMap|Runtime\.getRuntime|ProcessBuilder|DocumentBuilderFactory|MessageDigest|SecureRandom|InputStreamReader|DriverManager|IOException e)\b|^@(?:GetMapping|PostMapping|RequestMapping|RestController|Autowired|Service|Entity)\b|\bString(?:\[\])? \w+ ?[=;,)]/,
    maybe:
      /^(?:public |private |protected |final |abstract |static )+(?:class|interface|enum|record|void|int|boolean|long|String|[A-Z]\w*(?:<.*>)?) \w+|^(?:List|Map|Set|boolean)\b.* \w+ ?[=;]|\bcatch \(\w+ \w+\)/,
  },
  go: {
    sure: /^package \w+$|^func (?:\(\w+ \*?[\w.]+\) ?)?\w+\([^:]*\{$|^import \($|^[\w, ]{1,80} := |\bif err != nil\b|\bfmt\.(?:Print|Sprint|Fprint|Errorf|Scan)|^import "[\w./-]+"$|\bgo func\(|\bchan \w|^type \w+ (?:struct|interface) ?\{|^defer \w|\b(?:http\.ResponseWriter|exec\.Command|os\.Args|ioutil\.|context\.Context)\b/,
    maybe: /^(?:var|const) \w+ \w+(?: ?=.*)?$|^for .* range .*\{$|^if .*; .* \{$|^"[\w./-]+"$/,
  },
  c: {
    sure: /^# ?include ?[<"][\w./]+\.h[>"]|^# ?define \w|^typedef \w|\b(?:strcpy|strcat|malloc|memcpy|strncpy|fgets|scanf|gets|calloc|realloc|snprintf|strlen|memset)\(|\b(?:char|int|void|FILE|struct \w+|size_t) ?\*+ ?\w+ ?[=;,()[]|^(?:unsigned |const |static )*char \w+\[|\bint main\((?:void|int|\))/,
    maybe:
      /^(?:static |unsigned |const |struct |extern |inline )*(?:int|char|void|size_t|float|double|long|short|u?int\d+_t) \*?\w+(?:\[.*\])? ?[=;,(]|\w->\w|\bs?printf\(|\bsizeof\b|\bNULL\b/,
  },
  cpp: {
    sure: /\bstd::|^using namespace |\bcout ?<<|\bcin ?>>|^template ?<|^# ?include ?<\w+>|\bnullptr\b|^(?:public|private|protected) ?:$|\b(?:unique_ptr|shared_ptr|static_cast|reinterpret_cast|dynamic_cast|const_cast)<|^class \w+ ?: ?(?:public|private) |\bdelete\[\]/,
    maybe: /^\w+::~?\w+\(|^(?:const )?auto ?&? ?\w+ ?=|\b(?:vector|string|map)<?\w*>? ?& ?\w+[,)]/,
  },
  csharp: {
    sure: /^using (?:static )?[A-Z][\w.]*(?: ?= ?[\w.]+)?;$|^namespace [A-Z][\w.]*;?(?: ?\{)?$|\bConsole\.(?:Write|Read)|\b(?:public|private|protected|internal) (?:static |async |override |virtual |sealed |readonly )*(?:Task|string|bool|IActionResult|ActionResult|object|decimal|byte\[\])[<\s?]|\{ get;|\bnew (?:Sql\w+|HttpClient|BinaryFormatter|XmlDocument|ProcessStartInfo|MemoryStream|StreamReader|Random)\b|^\[(?:Http(?:Get|Post|Put|Delete)|Authorize|ApiController|Route|Serializable)\b|\$"[^"]*\{|^(?:string|var) \w+ ?= ?(?:new |await |@"|\$")|\bforeach \(var |\b(?:Process\.Start|File\.ReadAll\w+|Path\.Combine|Encoding\.UTF8)\(?/,
    maybe:
      /^(?:public |private |protected |internal |static |async |sealed |partial )+(?:class|void|int|interface|struct|record) \w+|^string \w+ ?[=;]|\busing \(?var /,
  },
  php: {
    sure: /<\?(?:php|=)|\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES|SESSION)\b|^\$\w+(?:->\w+|\[[^\]]*\])* ?[.+]?= ?.*;$|\$\w+->\w+|\bfunction \w* ?\([^)]*\$\w+|^(?:require|include)(?:_once)? ?\(?['"$_]|\bforeach ?\(\$|^echo .*\$\w+.*;$/,
    maybe: /^\$\w+ ?=|\w\(\$\w+|^(?:public |private |protected )(?:static )?function \w/,
  },
  ruby: {
    sure: /^require(?:_relative)? ['"]|\bdo \|[\w, ]+\|$|^attr_(?:accessor|reader|writer) :|^(?:has_many|belongs_to|before_action|validates) :|\.each(?:_with_index)? (?:do\b|\{ ?\|)|^puts\b|\bparams\[:\w+\]|^(?:get|post) ['"]\/.*['"] do\b|:\w+ => |\.(?:nil\?|empty\?|present\?|html_safe)|#\{\w[^}]*\}|^class [A-Z]\w* < [A-Z][\w:]*$/,
    maybe:
      /^def [\w.]+[?!]?(?:\(.*\))?$|^end$|^@\w+ ?=|^unless |^module [A-Z]\w*$|^class [A-Z]\w*$|^rescue\b|^elsif /,
  },
  rust: {
    sure: /^(?:pub(?:\(\w+\))? )?(?:async |unsafe |const )*fn \w+|\blet mut \w|^(?:pub )?use (?:std|crate|super|self|\w+)::|^impl\b.*\{|\b(?:println|format|vec|panic|eprintln|write|todo|unimplemented)! ?[([{]|^#!?\[(?:derive|allow|cfg|test)|\bunsafe \{|-> (?:Result|Option|Self|String|Vec|&|[ui]\d|bool|Box)|[(<:,] ?&(?:mut |str\b|')|\.unwrap\(\)|\bmut \w+: |^(?:pub )?struct \w+(?:<.*>)? ?\{$/,
    maybe: /^let \w+(?:: ?[\w<>&]+)? = |^match .* \{$|\b(?:Some|Ok|Err)\(|\w::\w+\(/,
  },
};

const OTHERS = Object.keys(MARKS) as readonly Other[];
const SURE = 3;
/** A line is judged by its first characters, a text by its first lines that are not blank. */
const MAX_LINE = 300;
const MAX_LINES = 400;
/** Less may be a mention, or chance. */
const LEAST = 3;

/** How strongly a text looks like each language but Python. Every telling line counts. */
function scoresOf(code: string): { readonly scores: Map<Other, number>; readonly lines: number } {
  const scores = new Map<Other, number>();
  let lines = 0;
  let methods = 0;
  let ends = 0;
  for (const raw of code.split('\n')) {
    const line = raw.trim().slice(0, MAX_LINE);
    if (line === '') continue;
    if (++lines > MAX_LINES) break;
    if (/^def [^:]*$/.test(line)) methods++;
    else if (/^end\b/.test(line)) ends++;
    for (const language of OTHERS) {
      const { sure, maybe } = MARKS[language];
      const weight = sure.test(line) ? SURE : maybe.test(line) ? 1 : 0;
      if (weight > 0) scores.set(language, (scores.get(language) ?? 0) + weight);
    }
  }
  // A method that begins without a colon and has an end is Ruby's; either alone may be chance.
  if (methods > 0 && ends > 0) scores.set('ruby', (scores.get('ruby') ?? 0) + SURE);
  // TypeScript and C++ are JavaScript and C with more: once there is more, the rest counts for them too.
  for (const [more, base] of [
    ['typescript', 'javascript'],
    ['cpp', 'c'],
  ] as const) {
    const own = scores.get(more) ?? 0;
    if (own >= SURE) scores.set(more, own + (scores.get(base) ?? 0));
  }
  return { scores, lines };
}

export interface LanguageGuess {
  /** What to analyse the code as, beside Python: the most likely first. */
  readonly languages: readonly Language[];
  /** Whether the first is what the code is in: by its label and not against its looks, or by its looks alone. */
  readonly sure: boolean;
  /** How much speaks for the first: 3 a telling line. */
  readonly score: number;
}

const NO_GUESS: LanguageGuess = { languages: [], sure: false, score: 0 };

/**
 * The languages other than Python that code may be in. A label is believed unless the code looks much more like
 * something else; when it is unclear all candidates are named.
 * @param label lower case, '' without one.
 */
export function guessLanguages(code: string, label: string): LanguageGuess {
  if (code.trim() === '') return NO_GUESS;
  const guess = guessAny(code, label);
  // A page is none of these languages, whatever its scripts are (embeddedCode takes them out).
  const isPage = /^\s*<[!a-z]/i.test(code) && guess.languages[0] !== 'php';
  return isPage ? { ...guess, sure: false } : guess;
}

function guessAny(code: string, label: string): LanguageGuess {
  const { scores, lines } = scoresOf(code);
  const labelled = languageOfLabel(label);
  const ranked = [...scores].sort((a, b) => b[1] - a[1]);
  const [best, score] = ranked[0] ?? [undefined, 0];
  if (labelled !== undefined && labelled !== 'python') return guessLabelled(labelled, ranked, scores);
  if (best === undefined || score < LEAST) {
    if (label !== '' || !looksBraced(code)) return NO_GUESS;
    return { languages: [best ?? 'javascript'], sure: HEADER.test(code), score };
  }
  if (best === 'c' && (scores.get('cpp') ?? 0) > 0)
    return { languages: ['cpp', 'c'], sure: label === '', score };
  const rivals = ranked.slice(1).filter(([, other]) => other >= LEAST && 2 * other >= score);
  return {
    languages: [best, ...rivals.slice(0, MAX_RIVALS).map(([language]) => language)],
    // Under the label of a language that is not known here, or none, a mark or two in a long text is chance.
    sure: label === '' && (5 * score >= lines || score >= 15),
    score,
  };
}

const MAX_RIVALS = 2;

function guessLabelled(
  labelled: Other,
  ranked: readonly (readonly [Other, number])[],
  scores: ReadonlyMap<Other, number>,
): LanguageGuess {
  const superset = labelled === 'javascript' ? 'typescript' : labelled === 'c' ? 'cpp' : undefined;
  if (superset !== undefined && (scores.get(superset) ?? 0) > (scores.get(labelled) ?? 0) + SURE - 1) {
    return guessLabelled(superset, ranked, scores);
  }
  const subset = labelled === 'typescript' ? 'javascript' : labelled === 'cpp' ? 'c' : labelled;
  const own = Math.max(scores.get(labelled) ?? 0, scores.get(subset) ?? 0);
  const rivals = ranked.filter(([language, score]) => language !== labelled && score >= LEAST && score > own);
  const [first] = rivals;
  const others = rivals.slice(0, MAX_RIVALS).map(([language]) => language);
  // What contradicts the label so clearly is what it is; the label's language is read as well.
  const untrue = first !== undefined && first[1] > 2 * own + LEAST;
  return untrue
    ? { languages: [...others, labelled], sure: true, score: first[1] }
    : { languages: [labelled, ...others], sure: true, score: own };
}

/** The head of a block in braces, which no Python has. */
const HEADER = /(?:\)|=>|\belse|\btry|\bdo) ?\{[ \t]*$/m;

/** Statements that end like those of C and its kin. */
function looksBraced(code: string): boolean {
  const lines = code.split('\n', MAX_LINES).filter((line) => line.trim() !== '');
  const braced = lines.filter((line) => /[;{}]\s*$/.test(line)).length;
  return 2 * braced > lines.length && lines.some((line) => /\(.*[;{]\s*$/.test(line.slice(0, MAX_LINE)));
}
