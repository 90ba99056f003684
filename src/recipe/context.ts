/** What the stages of a run share: recipe, run folder, world, engine and oracles. Opened once, closed once. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEmbeddedEngine } from '../engines/embedded/engine.ts';
import type { Engine } from '../engines/engine.ts';
import { ConfigError } from '../errors.ts';
import { createWorld, type Families, ruleBook, splitFamilies, type World } from '../nano/world.ts';
import { type OracleSet, openOracles } from '../oracles/oracles.ts';
import { JAILBREAK_TEMPLATES } from '../redteam/jailbreaks/templates.ts';
import type { PolicyEntry } from '../rules/policy.ts';
import type { Rule } from '../rules/rule.ts';
import { exists, ioError } from '../runs/files.ts';
import type { Progress } from '../runs/progress.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import type { Recipe } from './schema.ts';

export interface RunContext {
  readonly recipe: Recipe;
  readonly run: RunDirectory;
  readonly progress: Progress;
  readonly world: World;
  /** Families that alignment may see, and the new families of this seed. */
  readonly known: Families;
  readonly fresh: Families;
  readonly rules: ReadonlyMap<string, Rule | PolicyEntry>;
  readonly engine: Engine;
  readonly oracles: OracleSet;
  close(): Promise<void>;
}

/** Folder of the base model: a path, or `nano-base` for the one in the package. @throws ConfigError */
export function baseFolder(recipe: Recipe): string {
  const folder =
    recipe.model.base === 'nano-base'
      ? fileURLToPath(new URL('../../assets/nano-base', import.meta.url))
      : recipe.model.base;
  if (exists(join(folder, 'config.json'))) return folder;
  throw new ConfigError(`model.base: there is no checkpoint at ${folder}`, {
    hint:
      recipe.model.base === 'nano-base'
        ? 'rebuild it with: node scripts/pretrain-nano.ts --out assets/nano-base'
        : 'name a folder with config.json, model.safetensors and tokenizer.json',
  });
}

/** Identifies the base model: a run must not go on with another model under the same name. */
export function baseDigest(recipe: Recipe): string {
  const hash = createHash('sha256');
  for (const file of ['config.json', 'tokenizer.json', 'model.safetensors']) {
    const path = join(baseFolder(recipe), file);
    try {
      hash.update(readFileSync(path));
    } catch (error) {
      throw ioError('read', path, error);
    }
  }
  return hash.digest('hex').slice(0, 20);
}

export async function openContext(options: {
  readonly recipe: Recipe;
  readonly run: RunDirectory;
  readonly progress: Progress;
}): Promise<RunContext> {
  const { recipe } = options;
  const world = createWorld({ jailbreaks: JAILBREAK_TEMPLATES });
  const { known, fresh } = splitFamilies(world, recipe.seed);
  const engine = await createEmbeddedEngine({
    tokenizerFolder: baseFolder(recipe),
    threads: recipe.model.threads,
    maxContext: recipe.model.maxContext,
  });
  const oracles = await openOracles(recipe.oracles);
  return {
    ...options,
    world,
    known,
    fresh,
    rules: ruleBook(world),
    engine,
    oracles,
    async close() {
      await Promise.all([engine.close(), oracles.close()]);
    },
  };
}
