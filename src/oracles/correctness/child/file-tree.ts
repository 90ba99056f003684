/**
 * The in-memory file system of an interpreter lives in JavaScript, outside the memory image: what a program
 * adds is removed, and what it changed of ours marks the interpreter as worn.
 */
export interface FileNode {
  readonly id: number;
  readonly name: string;
  mode: number;
  /** Children of a folder by name, bytes of a file, nothing for links and devices. */
  contents?: Record<string, FileNode> | Uint8Array | number[] | null;
  usedBytes?: number;
  link?: string;
  rdev: number;
  /** What streams on this node do, each as a function of the stream and more. */
  stream_ops: StreamOperations;
}

type StreamOperations = Record<string, (...args: unknown[]) => unknown>;

export interface FileSystem {
  lookupPath(path: string): { node: FileNode };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  unlink(path: string): void;
  rmdir(path: string): void;
  chdir(path: string): void;
  mkdir(path: string): void;
  cwd(): string;
  mkdev(path: string, mode: number, device: number): void;
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: object): void;
  writeFile(path: string, data: Uint8Array): void;
  readFile(path: string): Uint8Array;
  readonly streams: (Stream | null | undefined)[];
}

interface Stream {
  readonly node?: FileNode;
  stream_ops: StreamOperations;
}

interface Kept {
  readonly node: FileNode;
  readonly mode: number;
  readonly contents: FileNode['contents'];
  /** A copy of a file's bytes. */
  readonly bytes: Buffer | undefined;
}

/** All that change the bytes of a file in place. Other changes give its node other `contents`. */
const WRITING = ['write', 'msync'];

export class FileTree {
  readonly #fs: FileSystem;
  readonly #root: FileNode;
  readonly #kept = new Map<string, Kept>();
  readonly #streams: (Stream | null | undefined)[];
  /** Files of ours whose bytes were written to since they were last compared. */
  readonly #written = new Set<FileNode>();
  readonly #cwd: string;

  constructor(fs: FileSystem) {
    this.#fs = fs;
    this.#root = fs.lookupPath('/').node;
    this.#streams = [...fs.streams];
    this.#cwd = fs.cwd();
    this.#walk('', this.#root, (path, node) => {
      const bytes = bytesOf(fs, node);
      const { mode, contents } = node;
      this.#kept.set(path, { node, mode, contents, bytes: bytes && Buffer.from(bytes) });
      if (bytes !== undefined) this.#watch(node);
    });
  }

  /** Whether a program has put anything into the folders that programs write to. */
  get used(): boolean {
    for (const folder of SHARED) {
      for (const _ in this.#folder(folder).contents) return true;
    }
    return false;
  }

  /** As `lookupPath` finds it, which takes longer than all else that is done for a call between interpreters. */
  #folder(path: string): FileNode {
    let node: FileNode | undefined = this.#root;
    for (const name of path.split('/').slice(1)) {
      if (node === undefined || !this.#fs.isDir(node.mode)) break;
      node = (node.contents as Record<string, FileNode>)[name];
    }
    // Without the folder, the lookup's own error.
    return node ?? this.#fs.lookupPath(path).node;
  }

  /** Makes the shared folders those of another interpreter: tests write files for answers and read theirs. */
  mirror(from: FileTree): void {
    for (const folder of SHARED) mirrorFolder({ from: from.#fs, to: this.#fs }, folder);
  }

  /** Brings the tree back. False when something of ours was changed, so that the interpreter must go. */
  restore(): boolean {
    const fs = this.#fs;
    fs.streams.length = this.#streams.length;
    for (const [i, stream] of this.#streams.entries()) fs.streams[i] = stream;
    fs.chdir(this.#cwd);
    const found = new Set<string>();
    const added: { path: string; folder: boolean }[] = [];
    let whole = true;
    this.#walk('', this.#root, (path, node) => {
      const kept = this.#kept.get(path);
      if (kept === undefined) {
        added.push({ path, folder: fs.isDir(node.mode) });
        return;
      }
      found.add(path);
      if (kept.node !== node || kept.mode !== node.mode || !this.#sameBytes(kept)) whole = false;
    });
    this.#written.clear();
    if (found.size !== this.#kept.size) whole = false;
    for (const entry of added.reverse()) {
      if (entry.folder) fs.rmdir(entry.path);
      else fs.unlink(entry.path);
    }
    return whole;
  }

  /** Notes each write to the bytes of a file, so that only those have to be compared. */
  #watch(node: FileNode): void {
    const operations = { ...node.stream_ops };
    for (const name of WRITING) {
      const original = operations[name];
      if (original === undefined) continue;
      operations[name] = (...args) => {
        this.#written.add(node);
        return original(...args);
      };
    }
    for (const stream of this.#streams) if (stream?.node === node) stream.stream_ops = operations;
    node.stream_ops = operations;
  }

  #sameBytes({ node, contents, bytes }: Kept): boolean {
    const now = bytesOf(this.#fs, node);
    if (bytes === undefined || now === undefined) return bytes === now;
    if (node.contents === contents && now.length === bytes.length && !this.#written.has(node)) return true;
    return bytes.equals(now);
  }

  #walk(path: string, node: FileNode, visit: (path: string, node: FileNode) => void): void {
    visit(path, node);
    if (!this.#fs.isDir(node.mode) || path === '/proc/self/fd') return;
    for (const [name, child] of Object.entries((node.contents ?? {}) as Record<string, FileNode>)) {
      this.#walk(`${path}/${name}`, child, visit);
    }
  }
}

/** Folders of a program's own files. Links in them stay on their side. */
const SHARED = ['/tmp', '/home/pyodide'];

function mirrorFolder(sides: { from: FileSystem; to: FileSystem }, path: string): void {
  const { from, to } = sides;
  const children = (fs: FileSystem) =>
    Object.entries((fs.lookupPath(path).node.contents ?? {}) as Record<string, FileNode>);
  const wanted = new Map(children(from));
  for (const [name, node] of children(to)) {
    const match = wanted.get(name);
    if (match === undefined || (match.mode & KIND) !== (node.mode & KIND))
      remove(to, `${path}/${name}`, node);
  }
  const present = new Map(children(to));
  for (const [name, node] of wanted) {
    const target = `${path}/${name}`;
    if (from.isDir(node.mode)) {
      if (!present.has(name)) to.mkdir(target);
      mirrorFolder(sides, target);
    } else if (from.isFile(node.mode)) {
      const bytes = from.readFile(target);
      const old = present.get(name);
      if (old === undefined || !Buffer.from(bytes).equals(to.readFile(target))) to.writeFile(target, bytes);
    }
  }
}

/** Mask of the file type in a mode. */
const KIND = 0o170000;

function remove(fs: FileSystem, path: string, node: FileNode): void {
  if (!fs.isDir(node.mode)) {
    fs.unlink(path);
    return;
  }
  for (const [name, child] of Object.entries((node.contents ?? {}) as Record<string, FileNode>)) {
    remove(fs, `${path}/${name}`, child);
  }
  fs.rmdir(path);
}

/** A view of a file's bytes as they are now. */
function bytesOf(fs: FileSystem, node: FileNode): Buffer | undefined {
  if (fs.isDir(node.mode) || !(node.contents instanceof Uint8Array)) return undefined;
  return Buffer.from(node.contents.buffer, node.contents.byteOffset, node.usedBytes ?? node.contents.length);
}
