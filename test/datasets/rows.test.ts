import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Rows, readCsvRows, readJsonLines, readJsonRows } from '../../src/datasets/rows.ts';
import { ConfigError, IoError } from '../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'purpcode-rows-'));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const FORMAT = {
  name: 'the test set',
  expected: 'rows with id and text',
  schema: z.object({ id: z.coerce.number(), text: z.string().min(1) }),
};
const seen = ({ rows, problems, count }: Rows<{ id: number; text: string }>) => ({
  rows: rows.map(({ value, place }) => [value.id, value.text, place]),
  problems: problems.map(({ place }) => place),
  count,
});

describe('rows of data files', () => {
  it('are read from JSON lists, also inside a document and packed', () => {
    const rows = [{ id: 1, text: 'a', more: true }, { id: 2 }, 'no object', { id: 4, text: 'd' }];
    const expected = {
      rows: [
        [1, 'a', 'list.json[0]'],
        [4, 'd', 'list.json[3]'],
      ],
      problems: ['list.json[1]', 'list.json[2]'],
      count: 4,
    };
    assert.deepEqual(seen(readJsonRows(file('list.json', JSON.stringify(rows)), FORMAT)), expected);
    const packed = file('packed.json.gz', gzipSync(JSON.stringify({ questions: rows })));
    const { rows: inside } = readJsonRows(
      packed,
      FORMAT,
      (document) => (document as { questions: [] }).questions,
    );
    assert.equal(inside.length, 2);
  });

  it('are read from JSON lines; a broken line costs itself', () => {
    const path = file(
      'lines.jsonl',
      '{"id":1,"text":"a"}\n\n{"id":2,\n{"id":3,"text":""}\n{"id":4,"text":"d"}',
    );
    const result = readJsonLines(path, FORMAT);
    assert.deepEqual(seen(result), {
      rows: [
        [1, 'a', 'lines.jsonl:1'],
        [4, 'd', 'lines.jsonl:5'],
      ],
      problems: ['lines.jsonl:3', 'lines.jsonl:4'],
      count: 4,
    });
    assert.match(result.problems[0]!.reason, /not JSON/);
    assert.match(result.problems[1]!.reason, /^text: /);
  });

  it('are read from CSV with quotes, line breaks and a byte order mark; a row too short costs itself', () => {
    const path = file('table.csv', '\ufeffid,text\r\n1,"a, ""quoted""\nover two lines"\r\n2\r\n3,c\r\n');
    const result = readCsvRows(path, FORMAT);
    assert.deepEqual(
      result.rows.map(({ value }) => value),
      [
        { id: 1, text: 'a, "quoted"\nover two lines' },
        { id: 3, text: 'c' },
      ],
    );
    assert.equal(result.problems.length, 1);
    assert.equal(result.count, 3);
  });

  it('say what was expected and found when the file is another one', () => {
    const wrong = [
      () => readJsonRows(file('a.json', '{"rows": []}'), FORMAT),
      () => readJsonRows(file('b.json', 'id,text\n1,a'), FORMAT),
      () => readJsonRows(file('c.json', '[]'), FORMAT),
      () => readJsonLines(file('d.jsonl', '{"name":"x"}\n'), FORMAT),
      () => readCsvRows(file('e.csv', 'name,value\nx,1\n'), FORMAT),
      () => readCsvRows(file('f.csv', ''), FORMAT),
    ];
    for (const read of wrong) {
      assert.throws(
        read,
        (error) =>
          error instanceof ConfigError &&
          /is not the test set/.test(error.message) &&
          /id and text/.test(error.hint!),
      );
    }
  });

  it('say how to get a file that is not there or not readable', () => {
    const binary = file('binary.jsonl', Uint8Array.of(0xff, 0xfe, 0x00));
    const damaged = file('damaged.jsonl.gz', 'not gzip');
    for (const path of [join(folder, 'missing.csv'), binary, damaged]) {
      assert.throws(
        () => readCsvRows(path, FORMAT),
        (error) => error instanceof IoError && error.message.includes(path) && /data get/.test(error.hint!),
      );
    }
  });
});
