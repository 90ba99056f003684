/** Checkpoints of a run, and training states that survive `kill -9`. */
import { readCheckpoint, writeCheckpoint } from '../../engines/embedded/checkpoint.ts';
import type { TrainingClient } from '../../engines/engine.ts';
import { PurpcodeError, RunError } from '../../errors.ts';
import { exists, remove } from '../../runs/files.ts';
import { baseFolder, type RunContext } from '../context.ts';

export type CheckpointName = 'base' | 'rule-learning' | 'rl';

export function checkpointFolder({ run }: Pick<RunContext, 'run'>, name: CheckpointName): string {
  return run.file('checkpoints', name);
}

/** Copies the base model into the run, so that the run can be read without the package. */
export async function placeBase(context: RunContext): Promise<void> {
  const { weights, tokenizer } = await readCheckpoint(baseFolder(context.recipe));
  await writeCheckpoint(checkpointFolder(context, 'base'), { weights, tokenizer, dtype: 'F16' });
}

/** Publishes the weights of a training state, without its optimiser. */
export async function publish(context: RunContext, stateFolder: string, name: CheckpointName): Promise<void> {
  const { weights, tokenizer } = await readCheckpoint(stateFolder);
  await writeCheckpoint(checkpointFolder(context, name), { weights, tokenizer });
}

interface SavedStep<S> {
  readonly folder: string;
  readonly state: S;
}

/**
 * Training steps as journalled units. The weights are saved first and the journal row written after, so that a row
 * always names a complete folder; the folder before it is removed last.
 */
export class ResumableTraining<S extends { readonly step: number }> {
  readonly #context: RunContext;
  readonly #stage: string;
  readonly #fingerprint: string;

  constructor(context: RunContext, stage: string, fingerprint: string) {
    this.#context = context;
    this.#stage = stage;
    this.#fingerprint = fingerprint;
  }

  /** The last saved step, loaded into the client; undefined at the start of a stage. */
  async resume(training: TrainingClient): Promise<S | undefined> {
    const saved = this.#context.run.journal.get(this.#stage, this.#fingerprint) as SavedStep<S> | undefined;
    // The folder is gone when the stage was redone for another recipe since: begin anew.
    if (saved === undefined || !exists(this.#context.run.file(this.#stage, saved.folder))) return undefined;
    try {
      await training.loadState(this.#context.run.file(this.#stage, saved.folder));
    } catch (error) {
      if (!(error instanceof PurpcodeError)) throw error;
      throw new RunError(`${this.#stage} cannot go on from its saved state: ${error.message}`, {
        cause: error,
        hint: `delete ${this.#context.run.file(this.#stage, 'stage.json')} and run the same command again: the stage is done anew`,
      });
    }
    return saved.state;
  }

  async save(training: TrainingClient, state: S): Promise<void> {
    const { journal } = this.#context.run;
    const previous = journal.get(this.#stage, this.#fingerprint) as SavedStep<S> | undefined;
    const folder = `state-${state.step}`;
    await training.saveState(this.#context.run.file(this.#stage, folder));
    journal.put(this.#stage, this.#fingerprint, { folder, state } satisfies SavedStep<S>);
    if (previous !== undefined && previous.folder !== folder) {
      remove(this.#context.run.file(this.#stage, previous.folder));
    }
  }

  /** Publishes the last saved step as a checkpoint. Its state stays: a stage killed after this goes on from it. */
  async finish(name: CheckpointName): Promise<void> {
    const saved = this.#context.run.journal.get(this.#stage, this.#fingerprint) as SavedStep<S> | undefined;
    if (saved === undefined) return;
    await publish(this.#context, this.#context.run.file(this.#stage, saved.folder), name);
  }
}
