/**
 * A run is a folder that ordinary tools can read; nothing else holds state (DESIGN.md, "Runs"). This module owns
 * its layout, its lock and the fingerprints that tell which stages are finished for which recipe.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RunError } from '../errors.ts';
import {
  appendLine,
  exists,
  ioError,
  makeFolder,
  readJson,
  readJsonl,
  readText,
  remove,
  writeJson,
  writeJsonl,
} from './files.ts';
import { Journal } from './journal.ts';

interface StageMark {
  readonly fingerprint: string;
  readonly finished: boolean;
  readonly seconds: number;
}

export class RunDirectory {
  readonly path: string;
  readonly journal: Journal;
  readonly #clock: () => number;

  /** Opens a run folder, creating it if needed, and locks it. @throws RunError, IoError */
  constructor(path: string, clock: () => number = Date.now) {
    this.path = path;
    this.#clock = clock;
    makeFolder(path);
    this.#lock();
    try {
      this.journal = new Journal(join(path, 'journal.sqlite'));
    } catch (error) {
      this.#unlock();
      throw error;
    }
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /**
   * Runs a stage unless it is finished with the same fingerprint (of its part of the recipe and of all it stands
   * on). A stage with another fingerprint is redone from nothing.
   */
  async stage(name: string, fingerprint: string, work: () => Promise<void>): Promise<{ skipped: boolean }> {
    const mark = this.#mark(name);
    if (mark?.fingerprint === fingerprint && mark.finished) return { skipped: true };
    const resumed = mark?.fingerprint === fingerprint;
    if (!resumed) {
      // The mark goes first: killed in between, no half-removed folder counts as finished.
      remove(this.file(name, 'stage.json'));
      remove(this.file(name));
      this.rewindMetrics(name, 0);
    }
    writeJson(this.file(name, 'stage.json'), { fingerprint, finished: false, seconds: 0 });
    this.event({ stage: name, event: resumed ? 'resume' : 'start' });
    const started = this.#clock();
    await work();
    const seconds = (this.#clock() - started) / 1000;
    writeJson(this.file(name, 'stage.json'), { fingerprint, finished: true, seconds });
    this.event({ stage: name, event: 'end', seconds });
    return { skipped: false };
  }

  /** Wall seconds that a finished stage took (the last attempt's, for a stage that was resumed). */
  seconds(name: string): number {
    return this.#mark(name)?.seconds ?? 0;
  }

  /** Appends to metrics.jsonl; one row a stage and step. */
  metric(stage: string, step: number, values: Readonly<Record<string, unknown>>): void {
    appendLine(this.file('metrics.jsonl'), JSON.stringify({ stage, step, ...values }));
  }

  metrics(stage: string): Record<string, unknown>[] {
    return this.#metricRows().filter((row) => row.stage === stage);
  }

  /** Before a stage goes on at `step`: rows of that step and later were written by an attempt that was killed. */
  rewindMetrics(stage: string, step: number): void {
    const path = this.file('metrics.jsonl');
    if (!exists(path)) return;
    // Written anew in any case: a line that was cut off must not grow into the next.
    writeJsonl(
      path,
      this.#metricRows().filter((row) => row.stage !== stage || Number(row.step) < step),
    );
  }

  event(event: Readonly<Record<string, unknown>>): void {
    appendLine(
      this.file('events.jsonl'),
      JSON.stringify({ time: new Date(this.#clock()).toISOString(), ...event }),
    );
  }

  close(): void {
    this.journal.close();
    this.#unlock();
  }

  #metricRows(): Record<string, unknown>[] {
    const path = this.file('metrics.jsonl');
    if (!exists(path)) return [];
    const hint = 'delete that line and run the same command again: it was a point of a curve in the report';
    return readJsonl(path, hint) as Record<string, unknown>[];
  }

  #mark(stage: string): StageMark | undefined {
    const path = this.file(stage, 'stage.json');
    if (!exists(path)) return undefined;
    const hint = 'delete the file and run the same command again: the stage is done anew';
    const mark = readJson(path, hint) as Partial<StageMark> | null;
    if (typeof mark?.fingerprint !== 'string') {
      throw new RunError(`${path} is damaged: it has no fingerprint`, { hint });
    }
    return { fingerprint: mark.fingerprint, finished: mark.finished === true, seconds: mark.seconds ?? 0 };
  }

  /** One process a run: two would write over each other. A lock whose process is gone is taken over. */
  #lock(): void {
    const path = this.file('run.lock');
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const file = openSync(path, 'wx');
        writeSync(file, String(process.pid));
        closeSync(file);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw ioError('write', path, error);
        const owner = Number(readText(path));
        if (isRunning(owner)) {
          throw new RunError(`run ${this.path} is in use by process ${owner}`, {
            hint: `wait for it, stop it, or choose another folder with --run; if process ${owner} is no purpcode, delete ${path}`,
          });
        }
        remove(path);
      }
    }
    throw new RunError(`run ${this.path} was taken by another process in this moment`, {
      hint: 'wait for it, or choose another folder with --run',
    });
  }

  #unlock(): void {
    try {
      rmSync(this.file('run.lock'), { force: true });
    } catch {
      // The folder lost its permissions meanwhile: what the run says of that matters more than the lock, which is
      // taken over once this process is gone.
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
