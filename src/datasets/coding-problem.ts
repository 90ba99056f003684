/** A coding problem with tests, whatever data set it is from. */
export interface CodingProblem {
  readonly id: string;
  /** What is asked, as the file says it. */
  readonly prompt: string;
  /** The function that the tests call. */
  readonly entryPoint: string;
  /** The authors' solution as a whole program. */
  readonly solution: string;
  /** Python asserts against the answer's names; the solution passes them. */
  readonly tests: string;
}

/** What stands in code before a function: imports and other functions, which tests may use too. */
export function beforeFunction(code: string, name: string): string {
  const at = code.search(new RegExp(`^(?:async )?def ${name}\\s*\\(`, 'm'));
  return at < 0 ? '' : code.slice(0, at).trimEnd();
}

/** Stands for the few parts of NumPy by which published tests compare numbers: the sandbox has no packages. */
const NUMPY_PARTS = `
class np:
    class ndarray:
        pass
    float32 = float64 = None
    def allclose(out, exp, rtol=1e-05, atol=1e-08):
        if isinstance(exp, (list, tuple)):
            return len(out) == len(exp) and all(np.allclose(o, e, rtol, atol) for o, e in zip(out, exp))
        return out == exp or out != out and exp != exp or abs(out - exp) <= atol + rtol * abs(exp)
    class testing:
        def assert_allclose(out, exp, rtol=1e-07, atol=0):
            assert np.allclose(out, exp, rtol, atol)
`;

/** Tests without their import of NumPy. */
export function withoutNumpy(tests: string): string {
  return tests.replace(/^import numpy as np[ \t]*$/m, NUMPY_PARTS.trim());
}

const BUILTINS: ReadonlySet<string> = new Set(
  `abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr
  dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int
  isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range
  repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip`.split(/\s+/),
);

/** Tests see Python's own function of a name unless they import the answer's: a line for those that need it. */
export function importOf(entryPoint: string): string {
  return BUILTINS.has(entryPoint) ? `from solution import ${entryPoint}\n` : '';
}
