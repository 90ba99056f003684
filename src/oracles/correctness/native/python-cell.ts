/**
 * Python of native interpreters that are joined by a socket: framing, the transport of the wire, and the walls
 * that a process puts around itself before it meets the answer. Appended to the sources of child/, in the
 * answer's process and in the one of the tests.
 *
 * A frame is its length (4 bytes, big endian), one letter and JSON. Between the processes: A the answer's process
 * is ready, C calls, R replies. From the tests outwards: O output of the answer, P result of a test, U
 * unsupported, M how the program ended (stdin form), X broken off, E the end.
 */
export const FRAMES_PYTHON = `
import json, os, struct

_HEAD = struct.Struct('>I')
_LARGEST_FRAME = 64 << 20

class Closed(Exception):
    """The other end is gone, or does not speak the protocol."""

def write_frame(fd, tag, message):
    write_raw(fd, tag, json.dumps(message, check_circular=False).encode())

def write_raw(fd, tag, data):
    view = memoryview(_HEAD.pack(len(data) + 1) + tag.encode() + data)
    while view:
        view = view[os.write(fd, view):]

class Link:
    """Reads frames from a file descriptor."""
    def __init__(self, fd): self.fd, self.data = fd, bytearray()
    def fill(self):
        try:
            chunk = os.read(self.fd, 1 << 16)
        except ConnectionError:
            chunk = b''
        if not chunk:
            raise Closed('end of file')
        self.data += chunk
    def take(self):
        """The next whole frame that was read, or None."""
        if len(self.data) < _HEAD.size:
            return None
        size = _HEAD.unpack_from(self.data)[0]
        if not 1 <= size <= _LARGEST_FRAME:
            raise Closed('a frame of impossible size')
        if len(self.data) < _HEAD.size + size:
            return None
        frame = bytes(self.data[_HEAD.size:_HEAD.size + size])
        del self.data[:_HEAD.size + size]
        return frame[:1].decode('latin-1'), frame[1:]
    def next(self):
        while (frame := self.take()) is None:
            self.fill()
        return frame
`;

export const CELL_PYTHON = `
import codecs, ctypes, resource, select, threading

class AnswerWire(Wire):
    """The answer's end. What was printed is in the pipe before a frame that follows it."""
    def __init__(self, fd, trusted):
        super().__init__(fd, trusted)
        self.link, self.printer = Link(fd), sys.stdout
    def send(self, tag, message):
        for stream in {id(s): s for s in (self.printer, sys.stdout)}.values():
            try:
                stream.flush()
            except Exception:
                pass
        write_frame(self.fd, tag, message)
    def receive(self):
        while True:
            tag, data = self.link.next()
            if tag == 'R':
                return json.loads(data)
            if tag == 'C':
                self.respond(lambda: json.loads(data))

class TestsWire(Wire):
    """The tests' end: also reads what the answer prints, and reports. Nothing of the answer's reaches 'report'."""
    def __init__(self, fd, trusted):
        super().__init__(fd, trusted)
        self.link, self.report, self.output = Link(fd), None, None
    def read_output(self, fd, limit):
        os.set_blocking(fd, False)
        self.output, self.left = fd, limit
        self.decoder = codecs.getincrementaldecoder('utf-8')('replace')
    def send(self, tag, message):
        if tag not in 'CR':
            return self.report(tag, message)
        try:
            write_frame(self.fd, tag, message)
        except OSError:
            self.stop('crashed', 'the answer closed its channel')
    def receive(self):
        while True:
            tag, data = self.next_frame()
            if tag == 'R':
                return json.loads(data)
            if tag == 'C':
                self.respond(lambda: json.loads(data))
    def await_answer(self):
        """Before it has run any code of the answer, what fails is the sandbox."""
        try:
            self.link.next()
        except Closed:
            self.stop('sandbox', "the answer's process did not start")
    def next_frame(self):
        try:
            while (frame := self.link.take()) is None:
                ready = select.select([fd for fd in (self.fd, self.output) if fd is not None], [], [])[0]
                if self.output in ready:
                    self.drain()
                if self.fd in ready:
                    self.link.fill()
        except Closed:
            self.drain()
            self.stop('crashed', 'the answer closed its channel')
        self.drain()
        return frame
    def drain(self):
        """Takes what the answer has printed; it goes to this side's standard output as well (capsys)."""
        while self.output is not None:
            try:
                chunk = os.read(self.output, 1 << 16)
            except BlockingIOError:
                return
            text = self.decoder.decode(chunk[:max(0, self.left)], not chunk)
            if text:
                self.report('O', text)
                sys.stdout.write(text)
            self.left -= len(chunk)
            if self.left < 0:
                self.stop('crashed', 'printed more than the sandbox keeps')
            if not chunk:
                self.output = None
    def stop(self, kind, message):
        self.report('X', {'kind': kind, 'message': message})
        os._exit(0)

def _open_streams():
    for name, fd, mode in (('stdin', 0, 'r'), ('stdout', 1, 'w'), ('stderr', 2, 'w')):
        stream = open(fd, mode, buffering=1, encoding='utf-8', errors='replace', closefd=False)
        setattr(sys, name, stream)
        setattr(sys, '__' + name + '__', stream)

class _Program(ctypes.Structure):
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.c_char_p)]

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38

def hide_memory():
    """Without this, processes of the same user can read this one's memory and descriptors in /proc."""
    if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError('prctl')

def lock_down(limits, system_calls):
    """Limits, no capability, no way to gain one, and a filter of system calls (seccomp). Not to be undone."""
    for name, value in limits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    libc = ctypes.CDLL(None, use_errno=True)
    hide_memory()
    if libc.capset(struct.pack('II', 0x20080522, 0), bytes(24)):
        raise OSError(ctypes.get_errno(), 'capset')
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), 'prctl')
    program = _Program(len(system_calls) // 8, system_calls)
    if libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), 'seccomp')

def serve_answer(fd):
    """The answer's process, until the tests' end closes."""
    global Wire
    Wire = AnswerWire
    _open_streams()
    sys.argv[:] = ['answer.py']
    sys.modules['__main__'] = types.ModuleType('__main__')
    wire = start(fd).__self__
    write_frame(fd, 'A', None)
    try:
        while True:
            tag, data = wire.link.next()
            if tag == 'C':
                wire.respond(lambda: json.loads(data))
    finally:
        os._exit(0)

def serve_tests(wire, request):
    """One program: the tests against the answer at the other end of the wire."""
    try:
        if request['form'] == 'main':
            wire.ops = {}
            wire.report('M', _ended(wire.call('main', request['code'])))
        else:
            run_tests(wire, request['form'], request['source'], request['code'], request['entry'])
    except Unsupported as e:
        wire.report('U', str(e))
    except BaseException as e:
        wire.report('X', {'kind': 'crashed', 'message': describe(e)})
    wire.report('E', None)

def _ended(reply):
    """(exit code, error or None) as the answer's process says, which may say anything."""
    code, error = reply if type(reply) is tuple and len(reply) == 2 else (1, None)
    fine = type(error) is list and len(error) == 3 and all(type(x) is str for x in error)
    return {'exitCode': code if type(code) is int else 1, **({'error': error} if fine else {})}
`;
