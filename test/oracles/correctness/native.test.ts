import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, FrameReader } from '../../../src/oracles/correctness/native/frames.ts';
import { Reports } from '../../../src/oracles/correctness/native/reports.ts';
import { systemCallFilter } from '../../../src/oracles/correctness/native/seccomp.ts';

test('frames come whole out of a stream cut anywhere', () => {
  const bytes = Buffer.concat([encodeFrame('P', { name: 'é' }), encodeFrame('E', null)]);
  assert.deepEqual([...encodeFrame('E', null)], [0, 0, 0, 5, 69, 110, 117, 108, 108]);
  for (const size of [1, 3, 7, bytes.length]) {
    const seen: string[] = [];
    const reader = new FrameReader((tag, data) => seen.push(tag + data.toString('utf8')));
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    assert.deepEqual(seen, ['P{"name":"é"}', 'Enull']);
  }
});

test('a stream of something else is refused', () => {
  const reader = new FrameReader(() => {});
  assert.throws(() => reader.push(Buffer.from('HTTP/1.1 200 OK')), /a frame of 1213486160 bytes/);
});

test('reports without an outcome are refused, pairs take the output since the one before', () => {
  const reports = new Reports();
  assert.throws(() => reports.add('P', { name: 'a', outcome: 'fine' }), /without an outcome/);
  reports.add('O', '4\n');
  reports.add('M', { exitCode: 0 });
  reports.add('O', '5\n');
  reports.add('M', { exitCode: 'x', error: ['ValueError', 'ValueError: 1', '1'] });
  assert.deepEqual(reports.reply(), {
    tests: [],
    stdout: '4\n5\n',
    pairs: [
      { stdout: '4\n', exitCode: 0 },
      { stdout: '5\n', exitCode: 1, error: ['ValueError', 'ValueError: 1', '1'] },
    ],
  });
});

/** What a filter decides, by the rules of classic BPF for the instructions that it uses. */
function decide(filter: Buffer, data: { number: number; architecture: number; argument: number }): number {
  let value = 0;
  for (let at = 0; ; at += 8) {
    const [code, operand] = [filter.readUInt16LE(at), filter.readUInt32LE(at + 4)];
    const jump = (condition: boolean) => 8 * filter.readUInt8(at + (condition ? 2 : 3));
    if (code === 0x06) return operand;
    if (code === 0x20)
      value = operand === 0 ? data.number : operand === 4 ? data.architecture : data.argument;
    else if (code === 0x15) at += jump(value === operand);
    else if (code === 0x35) at += jump(value >= operand);
    else if (code === 0x45) at += jump((value & operand) !== 0);
    else throw new Error(`instruction ${code}`);
  }
}

test('the filter of system calls: threads yes, processes, signals to others and foreign binaries no', () => {
  const [allow, refuse, unknown, kill] = [0x7fff0000, 0x50001, 0x50026, 0x80000000];
  const X64 = 0xc000003e;
  const filter = systemCallFilter('x64');
  const on = (number: number, argument = 0, architecture = X64) =>
    decide(filter, { number, architecture, argument });
  assert.equal(on(1), allow); // write
  assert.equal(on(57), refuse); // fork
  assert.equal(on(59), refuse); // execve
  assert.equal(on(101), refuse); // ptrace
  assert.equal(on(435), unknown); // clone3
  assert.equal(on(56, 17), refuse); // clone of a process
  assert.equal(on(56, 0x3d0f00), allow); // clone of a thread
  assert.equal(on(41, 2), allow); // internet socket
  assert.equal(on(41, 40), refuse); // vsock
  assert.equal(on(0x40000001), unknown); // x32
  assert.equal(on(1, 0, 0x40000003), kill); // i386
  assert.equal(on(62), allow); // kill
  const quiet = systemCallFilter('x64', { signals: false });
  assert.equal(decide(quiet, { number: 62, architecture: X64, argument: 0 }), refuse);
});
