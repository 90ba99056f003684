/**
 * Python of one program on a server that runs a script and gives back its standard output. The process that the
 * server starts holds the tests; the answer runs in children that are forked before the tests arrive (on standard
 * input), so that no copy of them is in a child's memory. Each report is a line that begins with an unguessable
 * text, which came with the tests; the children have neither that text nor the output that it goes to.
 */
export const REMOTE_PYTHON = String.raw`
import builtins, ctypes, importlib, json, os, platform, shutil, signal, socket, sys, tempfile, types

def space(name):
    return {'__name__': 'sandbox_' + name, '__builtins__': dict(vars(builtins))}

def move(descriptors):
    for i, fd in enumerate(descriptors):
        os.dup2(fd, 512 + i)
    for i in range(len(descriptors)):
        os.dup2(512 + i, i)
    os.closerange(len(descriptors), 1024)

def start_answer(settings, code, folder):
    """A locked process for one run of the answer: (pid, channel, its output, its input)."""
    left, right = (s.detach() for s in socket.socketpair())
    (out_read, out_write), (in_read, in_write) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            move([in_read, out_write, os.open('/dev/null', os.O_RDWR), right])
            os.chdir(folder)
            os.environ.clear()
            own = space('answer')
            exec(code, own)
            own['lock_down'](settings['limits'], bytes.fromhex(settings['systemCalls'][platform.machine()]))
            own['serve_answer'](3)
        finally:
            os._exit(97)
    for fd in (right, out_write, in_read):
        os.close(fd)
    return pid, left, out_read, in_write

def run(settings):
    if sys.version_info < (3, 10):
        sys.exit('Python 3.10 or newer is needed')
    for name in settings['modules']:
        importlib.import_module(name)
    answer_code = compile(settings['answer'], 'sandbox', 'exec')
    own = space('tests')
    folders = [tempfile.mkdtemp() for _ in range(settings['runs'])]
    # PR_SET_DUMPABLE: else the children read this process's memory and descriptors in /proc.
    if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0):
        sys.exit('prctl is refused')
    answers = [start_answer(settings, answer_code, folder) for folder in folders]
    exec(compile(settings['tests'], 'sandbox', 'exec'), own)
    request = json.loads(sys.stdin.buffer.read())
    target, nothing = os.dup(1), os.open('/dev/null', os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    own['_open_streams']()
    def report(tag, message):
        data = (request['nonce'] + tag + json.dumps(message) + '\n').encode()
        while data:
            data = data[os.write(target, data):]
    def late(*_):
        report('X', {'kind': 'timeout', 'message': ''})
        os._exit(0)
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, request['timeoutMs'] / 1000)
    report('S', None)
    os.chdir(folders[0])
    own['Wire'] = own['TestsWire']
    left = request['outputBytes']
    for (pid, channel, output, given), text in zip(answers, request['inputs']):
        wire = own['start'](channel).__self__
        wire.report = lambda tag, message: report(tag, message) if tag != 'E' else None
        wire.await_answer()
        wire.read_output(output, left)
        os.write(given, text.encode())
        os.close(given)
        own['serve_tests'](wire, request)
        left = wire.left
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    for folder in folders:
        shutil.rmtree(folder, True)
    report('E', None)
    os._exit(0)
`;
