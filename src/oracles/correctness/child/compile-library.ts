/**
 * Python's library as Pyodide has it, with every module compiled beside its source, as a zip on standard output. It runs
 * once a machine, in a process of its own, and runs nobody's code but Python's.
 */

interface PyodideModule {
  loadPyodide(options: { indexURL: string }): Promise<{
    runPython(code: string): { toJs(): Uint8Array };
  }>;
}

/** Compiled as importing would compile it, under the same file names; an import does not look whether the source fits. */
const COMPILE_PYTHON = `
import importlib._bootstrap_external as bootstrap, io, sys, warnings, zipfile
warnings.simplefilter('ignore')
library = next(path for path in sys.path if path.endswith('.zip'))
made = io.BytesIO()
with zipfile.ZipFile(library) as source, zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as target:
    def add(name, data):
        target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    for entry in source.infolist():
        data = source.read(entry)
        add(entry.filename, data)
        if entry.filename.endswith('.py'):
            code = compile(data, library + '/' + entry.filename, 'exec', dont_inherit=True, optimize=0)
            add(entry.filename + 'c', bootstrap._code_to_hash_pyc(code, bytes(8), False))
made.getvalue()
`;

/** URLs of pyodide.mjs and of its folder. */
const [script, folder] = process.argv.slice(2);
const module = (await import(script!)) as PyodideModule;
const pyodide = await module.loadPyodide({ indexURL: folder! });
process.stdout.write(pyodide.runPython(COMPILE_PYTHON).toJs());
