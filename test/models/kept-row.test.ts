import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { RunError } from '../../src/errors.ts';
import type { ChatReply } from '../../src/models/chat-model.ts';
import { CompletionJournal } from '../../src/models/completion-journal.ts';
import { Ledger } from '../../src/models/ledger.ts';
import { ReplyCache } from '../../src/models/reply-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'purpcode-rows-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ABOUT = { model: "o'clock", request: { messages: [], maxTokens: 1, temperature: 0 } };
const REPLY: ChatReply = { text: 'yes', finish: 'stop', usage: { input: 1, output: 1 } };

/** A journal with one reply, whose row was then changed by other hands. */
async function changed(name: string, value: string): Promise<{ journal: CompletionJournal; path: string }> {
  const path = join(folder, name);
  const first = new CompletionJournal(path);
  await new ReplyCache(first).find(ABOUT, async () => REPLY);
  await first.put('models.cost', 'roles', { judge: { calls: 1, usd: 0.5 } });
  first.close();
  const database = new DatabaseSync(path);
  database.prepare("UPDATE completions SET value = ? WHERE stage LIKE 'models.reply %'").run(value);
  database.close();
  return { journal: new CompletionJournal(path), path };
}

const never = async (): Promise<ChatReply> => assert.fail('it was asked');

describe('a row of a journal', () => {
  it('as it was written is used', async () => {
    const { journal } = await changed('right.sqlite', JSON.stringify(REPLY));
    const { reply, from } = await new ReplyCache(journal).find(ABOUT, never);
    assert.deepEqual([reply.text, from], ['yes', 'cache']);
    assert.equal(new Ledger({ journal }).report().roles.judge?.calls, 1);
    journal.close();
  });

  for (const [name, value, fault] of [
    ['text', '{"text": 5, "finish": "stop", "usage": {"input": 1, "output": 1}}', /text: .*string/],
    ['kind', '[]', /expected object/],
    ['usage', '{"text": "a", "finish": "stop"}', /usage: /],
  ] as const) {
    it(`of another shape is named with its mend, which works: ${name}`, async () => {
      const { journal, path } = await changed(`${name}.sqlite`, value);
      const found = new ReplyCache(journal).find(ABOUT, never);
      const error = await found.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      journal.close();
      assert.ok(error instanceof RunError, String(error));
      assert.match(error.message, fault);
      assert.ok(error.message.startsWith(`journal ${path}, stage models.reply o'clock, row `), error.message);
      const [, statement] = /sqlite3 \S+ "(DELETE[^"]+)"/.exec(error.hint!)!;
      const database = new DatabaseSync(path);
      database.exec(statement!);
      database.close();
      const mended = new CompletionJournal(path);
      const { from } = await new ReplyCache(mended).find(ABOUT, async () => REPLY);
      assert.equal(from, 'paid');
      mended.close();
    });
  }
});
