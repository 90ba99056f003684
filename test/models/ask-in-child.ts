/** Asks a server two requests at a time until it is killed: `ask-in-child.ts <journal> <base URL>`. */

import { CompletionJournal } from '../../src/models/completion-journal.ts';
import { mapConcurrent } from '../../src/models/map-concurrent.ts';
import { openModels } from '../../src/models/open-models.ts';

const [path, baseUrl] = process.argv.slice(2);
const journal = new CompletionJournal(path!);
const models = openModels({ judge: { baseUrl: baseUrl!, model: 'tiny' } }, { journal });
const seeds = Array.from({ length: 30 }, (_, seed) => seed);
const replies = mapConcurrent(seeds, { limit: 2 }, (seed) =>
  models.model('judge').complete({
    messages: [{ role: 'user', content: 'Say hello.' }],
    maxTokens: 20,
    temperature: 1,
    seed,
  }),
);
for await (const _reply of replies);
