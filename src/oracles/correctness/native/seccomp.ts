/**
 * The filter of system calls of native sandboxes, as seccomp takes it: classic BPF, 8 bytes an instruction
 * (Linux, seccomp(2)). Refused, with an error that ordinary code handles: new processes and programs, looking
 * into other processes, namespaces and mounts, keys, kernel interfaces with a history of holes, memory that no
 * limit counts, and sockets other than local and internet ones. Threads may be started.
 */
export type Architecture = 'x64' | 'arm64';

interface SystemCalls {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  readonly clone: number;
  readonly socket: number;
  readonly refused: readonly number[];
  /** Calls that send signals: kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo. */
  readonly signals: readonly number[];
}

/** The same numbers on both: calls from Linux 5.1 on. */
const REFUSED_SINCE_5 = [
  424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 440, 442, 447,
  448,
  // pidfd_send_signal, io_uring_*, open_tree, move_mount, fs*, pidfd_open, pidfd_getfd, process_madvise,
  // mount_setattr, memfd_secret, process_mrelease
];

const SYSTEM_CALLS: Readonly<Record<Architecture, SystemCalls>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    socket: 41,
    refused: [
      ...REFUSED_SINCE_5,
      ...[57, 58, 59, 322], // fork, vfork, execve, execveat
      ...[101, 310, 311, 312, 135], // ptrace, process_vm_readv, process_vm_writev, kcmp, personality
      ...[272, 308, 165, 166, 155, 161, 303, 304], // unshare, setns, mount, umount2, pivot_root, chroot, *_handle_at
      ...[248, 249, 250, 321, 298, 323, 300, 103], // *_key, keyctl, bpf, perf_event_open, userfaultfd, fanotify_init, syslog
      ...[319, 29, 68, 64, 240], // memfd_create, shmget, msgget, semget, mq_open
      ...[246, 175, 313, 176, 169, 167, 163, 172, 173], // kexec_load, *_module, reboot, swapon, acct, iopl, ioperm
    ],
    signals: [62, 200, 234, 129, 297],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    socket: 198,
    refused: [
      ...REFUSED_SINCE_5,
      ...[221, 281],
      ...[117, 270, 271, 272, 92],
      ...[97, 268, 40, 39, 41, 51, 264, 265],
      ...[217, 218, 219, 280, 241, 282, 262, 116],
      ...[279, 194, 186, 190, 180],
      ...[104, 105, 273, 106, 142, 224, 89],
    ],
    signals: [129, 130, 131, 138, 240],
  },
};

/** Newer form of clone, whose flags a filter cannot see: as if it did not exist, so that libraries use clone. */
const CLONE3 = 435;
const CLONE_THREAD = 0x10000;
const X32_BIT = 0x40000000;
const SOCKET_FAMILIES = [1, 2, 10]; // AF_UNIX, AF_INET, AF_INET6

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const REFUSE = 0x00050000 + 1; // EPERM
const UNKNOWN = 0x00050000 + 38; // ENOSYS

/** Offsets in seccomp_data: number, architecture, low half of the first argument. */
const [NUMBER, ARCHITECTURE, ARGUMENT] = [0, 4, 16];

export function cloneNumber(architecture: Architecture): number {
  return SYSTEM_CALLS[architecture].clone;
}

/** This processor, if the tables above know it. */
export function architectureOf(name: string): Architecture | undefined {
  return name === 'x64' || name === 'arm64' ? name : undefined;
}

/** `signals: false` refuses signals too, for processes that see others. */
export function systemCallFilter(
  architecture: Architecture,
  { signals = true }: { readonly signals?: boolean } = {},
): Buffer {
  const calls = SYSTEM_CALLS[architecture];
  const refused = signals ? calls.refused : [...calls.refused, ...calls.signals];
  return Buffer.concat([
    load(ARCHITECTURE),
    jumpIfEqual(calls.audit, 1, 0),
    result(KILL_PROCESS),
    load(NUMBER),
    ...(architecture === 'x64' ? [instruction(0x35, X32_BIT, 0, 1), result(UNKNOWN)] : []),
    jumpIfEqual(CLONE3, 0, 1),
    result(UNKNOWN),
    ...refused.flatMap((call) => [jumpIfEqual(call, 0, 1), result(REFUSE)]),
    jumpIfEqual(calls.clone, 0, 4),
    load(ARGUMENT),
    instruction(0x45, CLONE_THREAD, 0, 1),
    result(ALLOW),
    result(REFUSE),
    jumpIfEqual(calls.socket, 0, SOCKET_FAMILIES.length * 2 + 2),
    load(ARGUMENT),
    ...SOCKET_FAMILIES.flatMap((family) => [jumpIfEqual(family, 0, 1), result(ALLOW)]),
    result(REFUSE),
    result(ALLOW),
  ]);
}

function instruction(code: number, operand: number, whenTrue = 0, whenFalse = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(whenTrue, 2);
  bytes.writeUInt8(whenFalse, 3);
  bytes.writeUInt32LE(operand >>> 0, 4);
  return bytes;
}

const load = (offset: number) => instruction(0x20, offset);
const jumpIfEqual = (value: number, whenTrue: number, whenFalse: number) =>
  instruction(0x15, value, whenTrue, whenFalse);
const result = (action: number) => instruction(0x06, action);
