/** Which files of a fixing commit can hold the weakness, by their names. Names come from strangers. */
import { extname } from 'node:path/posix';
import { LANGUAGE_OF_EXTENSION, type Language } from '../../../transcripts/code-language.ts';

export type PathFault = 'hostile-path' | 'no-code' | 'test' | 'documentation' | 'vendored';

const MAX_PATH = 400;
const TEST_FOLDER =
  /(?:^|\/)(?:tests?|testing|__tests__|specs?|e2e|fixtures?|testdata|testutils?|unittests?|mocks?|__mocks__|conftest\.py$)(?:\/|$)/i;
const TEST_FILE =
  /(?:^|\/)(?:test_[^/]*|[^/]*_(?:test|spec|tests)|[^/]*\.(?:test|spec)|[^/]*Tests?|tests?)\.\w+$/;
const DOCUMENTATION =
  /(?:^|\/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?|benchmarks?)(?:\/|$)|(?:^|\/)conf\.py$/i;
const VENDORED =
  /(?:^|\/)(?:vendor(?:ed|s)?|_vendor|third[-_]?party|3rdparty|extern(?:al)?s?|node_modules|bower_components|site-packages|dist|build|generated|migrations)(?:\/|$)|[.-]min\.js$|(?:^|\/)jquery[^/]*\.js$|_pb2(?:_grpc)?\.py$|\.pb\.go$/i;

/** The language of a source file worth reading, or why it is left out. */
export function sourceLanguage(
  path: string,
): { readonly language: Language } | { readonly fault: PathFault } {
  if (!isPlainPath(path)) return { fault: 'hostile-path' };
  const language = LANGUAGE_OF_EXTENSION.get(extname(path).toLowerCase());
  if (language === undefined) return { fault: 'no-code' };
  if (TEST_FOLDER.test(path) || TEST_FILE.test(path)) return { fault: 'test' };
  if (DOCUMENTATION.test(path)) return { fault: 'documentation' };
  return VENDORED.test(path) ? { fault: 'vendored' } : { language };
}

/** Relative, below its root, without anything that a shell, a URL or git reads as more than a name. */
export function isPlainPath(path: string): boolean {
  if (path.length > MAX_PATH || path.startsWith('-')) return false;
  if (!/^[\p{L}\p{N}_.@+~()[\],= &$/-]+$/u.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
