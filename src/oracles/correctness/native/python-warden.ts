/**
 * Python of the warden: the one trusted process inside bubblewrap. For each program it starts a pair of fresh
 * processes by a fork of itself, each in process, mount, message and host-name namespaces of its own, joined by
 * a socket, with one empty /tmp between them; a pair waits ready while the one before it runs. The warden itself
 * reads nothing that an answer wrote, except frames of the tests' process, which it passes on.
 *
 * Frames to it (see python-cell.ts): B, what to be, then one per program. Frames from it: S ready, those of the
 * tests' process, and D, how both processes ended.
 */
export const WARDEN_PYTHON = `
import ctypes, gc, importlib, select, signal, socket, time, types

CONTROL, CHANNEL, OUTPUT, INPUT, REQUEST, REPORT = 3, 3, 4, 5, 6, 7
# Descriptors are moved out of each other's way to numbers that no process here reaches.
ASIDE = 512
NEW_MOUNTS, NEW_NAMESPACES = 0x20000, 0x20000 | 0x4000000 | 0x8000000 | 0x20000000
TMP_OPTIONS = 'size=%d,nr_inodes=4096,mode=1777'

class Warden:
    def __init__(self, boot, link):
        self.boot, self.link = boot, link
        self.libc = ctypes.PyDLL(None, use_errno=True)
        self.filter = bytes.fromhex(boot['systemCalls'])
        # Defined here once: the processes of answers are forks, and see nothing that could not be printed.
        self.answer_space = self.space('answer')
        exec(compile(boot['answer'], 'sandbox', 'exec'), self.answer_space)
        self.tests_code = compile(boot['tests'], 'sandbox', 'exec')
        for name in boot['modules']:
            importlib.import_module(name)
        # A mount namespace that belongs to this process's user namespace, where it may mount.
        self.must(self.libc.unshare(NEW_MOUNTS), 'unshare')
        self.nothing = os.open('/dev/null', os.O_RDWR)
        os.environ.clear()
        gc.collect()
        gc.freeze()

    def space(self, name):
        return {'__name__': 'sandbox_' + name, '__builtins__': dict(vars(__builtins__) if isinstance(__builtins__, types.ModuleType) else __builtins__)}

    def must(self, result, what):
        if result < 0:
            raise OSError(ctypes.get_errno(), f'{what}: {os.strerror(ctypes.get_errno())}')
        return result

    def fork(self, serve, descriptors):
        """A process in namespaces of its own, in which it is number 1: it ends with all that it started."""
        api = ctypes.pythonapi
        api.PyOS_BeforeFork()
        pid = self.libc.syscall(self.boot['clone'], NEW_NAMESPACES | signal.SIGCHLD, 0, 0, 0, 0)
        if pid != 0:
            api.PyOS_AfterFork_Parent()
            return self.must(pid, 'clone')
        try:
            api.PyOS_AfterFork_Child()
            # Signals to the process group cross process namespaces.
            os.setsid()
            for i, fd in enumerate(descriptors):
                os.dup2(fd, ASIDE + i)
            for i in range(len(descriptors)):
                os.dup2(ASIDE + i, i)
            os.closerange(len(descriptors), 2 * ASIDE)
            os.chdir('/tmp')
            serve()
        except BaseException as e:
            os.write(2, (type(e).__name__ + ': ' + str(e)).encode())
        finally:
            os._exit(97)

    def serve_answer(self):
        space, limits = self.answer_space, self.boot['limits']
        del self.boot, self.tests_code, self.link
        space['lock_down'](limits, self.filter)
        space['serve_answer'](CHANNEL)

    def serve_tests(self):
        space, limits = self.space('tests'), self.boot['limits']
        exec(self.tests_code, space)
        space['Wire'] = space['TestsWire']
        space['_open_streams']()
        space['lock_down'](limits, self.filter)
        wire = space['start'](CHANNEL).__self__
        wire.report = lambda tag, message: space['write_frame'](REPORT, tag, message)
        request = json.loads(space['Link'](REQUEST).next()[1])
        os.close(REQUEST)
        wire.await_answer()
        wire.read_output(OUTPUT, request['outputBytes'])
        os.write(INPUT, request['input'].encode())
        os.close(INPUT)
        space['serve_tests'](wire, request)
        os._exit(0)

    def start(self):
        """A pair that waits for its program."""
        self.must(self.libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 6, (TMP_OPTIONS % self.boot['tmpBytes']).encode()), 'mount')
        left, right = (s.detach() for s in socket.socketpair())
        (out_read, out_write), (in_read, in_write) = os.pipe(), os.pipe()
        (request_read, request_write), (report_read, report_write) = os.pipe(), os.pipe()
        none = self.nothing
        answer = self.fork(lambda: self.serve_answer(), [in_read, out_write, none, right])
        tests = self.fork(lambda: self.serve_tests(), [none, none, none, left, out_read, in_write, request_read, report_write])
        for fd in (left, right, out_read, out_write, in_read, in_write, request_read, report_write):
            os.close(fd)
        self.must(self.libc.umount2(b'/tmp', 2), 'umount')
        return {'answer': answer, 'tests': tests, 'request': request_write, 'report': report_read}

    def run(self, pair, data):
        """Runs a program in a pair, passes its reports on; the next pair."""
        deadline = time.monotonic() + json.loads(data)['timeoutMs'] / 1000
        stopped = None
        try:
            write_raw(pair['request'], 'T', data)
        except OSError:
            stopped = 'sandbox'
        os.close(pair['request'])
        following = self.start()
        report, last = Link(pair['report']), None
        while stopped is None and last not in ('E', 'X'):
            left = deadline - time.monotonic()
            if left <= 0:
                stopped = 'timeout'
                break
            ready = select.select([pair['report'], CONTROL], [], [], left)[0]
            if CONTROL in ready:
                os._exit(0)
            if not ready:
                continue
            try:
                report.fill()
            except Closed:
                break
            while (frame := report.take()) is not None:
                last = frame[0]
                write_raw(CONTROL, *frame)
        # A process that ended by itself did so before its channel closed; only a moment may lie between.
        patience = 0.05 if last != 'E' and stopped is None else 0
        answer, tests = self.ended(pair['answer'], patience), self.ended(pair['tests'], patience if last is None else 0)
        os.close(pair['report'])
        write_frame(CONTROL, 'D', {'stopped': stopped, 'answer': answer, 'tests': tests})
        return following

    def ended(self, pid, patience):
        """Ends a process; its exit code (negative: signal), or None if it was still running."""
        until = time.monotonic() + patience
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done or time.monotonic() >= until:
                break
            time.sleep(0.002)
        if done:
            return os.waitstatus_to_exitcode(status)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return None

def serve():
    link = Link(CONTROL)
    warden = Warden(json.loads(link.next()[1]), link)
    pair = warden.start()
    write_frame(CONTROL, 'S', None)
    while True:
        try:
            tag, data = link.next()
        except Closed:
            os._exit(0)
        pair = warden.run(pair, data)
serve()
`;
