/** Tables of responses with the reward that they must get, and what the tables share. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Task } from '../../src/oracles/task.ts';
import { embeddedRewardModel, makeTask } from './fixtures.ts';

export const SECURE =
  'import json\n\n\ndef load_user(path):\n    with open(path) as f:\n        return json.load(f)';
export const SIGNED: Partial<Task> = { signature: { name: 'load_user', params: ['path'] } };

export type Case = readonly [name: string, task: Partial<Task>, response: string, reward: number | null];

export function checkTables(tables: Readonly<Record<string, readonly Case[]>>): void {
  const model = embeddedRewardModel();
  for (const [title, cases] of Object.entries(tables)) {
    describe(title, () => {
      for (const [name, task, response, expected] of cases) {
        it(`${name}: ${expected}`, async () => {
          const [reward] = await model.reward([{ task: makeTask(task), response }]);
          assert.equal(reward!.reward, expected, JSON.stringify(reward!.verdicts));
        });
      }
    });
  }
}
