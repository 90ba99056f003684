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
}

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
  readonly streams: (object | null | undefined)[];
}

interface Kept {
  readonly node: FileNode;
  readonly mode: number;
  readonly bytes: Buffer | undefined;
}

export class FileTree {
  readonly #fs: FileSystem;
  readonly #kept = new Map<string, Kept>();
  readonly #streams: (object | null | undefined)[];
  readonly #cwd: string;

  constructor(fs: FileSystem) {
    this.#fs = fs;
    this.#streams = [...fs.streams];
    this.#cwd = fs.cwd();
    this.#walk('', fs.lookupPath('/').node, (path, node) => {
      const bytes = bytesOf(fs, node);
      this.#kept.set(path, { node, mode: node.mode, bytes: bytes && Buffer.from(bytes) });
    });
  }

  /** Whether a program has put anything into the folders that programs write to. */
  get used(): boolean {
    return SHARED.some((folder) => Object.keys(this.#fs.lookupPath(folder).node.contents ?? {}).length > 0);
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
    this.#walk('', fs.lookupPath('/').node, (path, node) => {
      const kept = this.#kept.get(path);
      if (kept === undefined) {
        added.push({ path, folder: fs.isDir(node.mode) });
        return;
      }
      found.add(path);
      const bytes = bytesOf(fs, node);
      const same =
        kept.bytes === bytes || (kept.bytes !== undefined && bytes !== undefined && kept.bytes.equals(bytes));
      if (kept.node !== node || kept.mode !== node.mode || !same) whole = false;
    });
    if (found.size !== this.#kept.size) whole = false;
    for (const entry of added.reverse()) {
      if (entry.folder) fs.rmdir(entry.path);
      else fs.unlink(entry.path);
    }
    return whole;
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
