/** Asks a server two requests at a time until it is killed: `ask-in-child.ts <store> <base URL>`. */
import { mapConcurrent } from '../../src/models/map-concurrent.ts';
import { ModelStore } from '../../src/models/model-store.ts';
import { openModels } from '../../src/models/open-models.ts';

const [path, baseUrl] = process.argv.slice(2);
const store = new ModelStore(path!);
const models = openModels({ judge: { baseUrl: baseUrl!, model: 'tiny' } }, { store });
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
