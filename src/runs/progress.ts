/**
 * Progress of long jobs: one line that rewrites itself on a terminal, plain lines now and then elsewhere, and
 * events for machines with `--json`.
 */
export interface Progress {
  /** Begins a job of `total` steps, of which `done` were finished by an earlier attempt. */
  start(job: string, total: number, done?: number): Job;
  /** A line of information between jobs. */
  say(line: string): void;
}

export interface Job {
  /** `done` steps of the total are finished; `note` is a short figure to show beside. */
  update(done: number, note?: string): void;
  end(note?: string): void;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly style: 'terminal' | 'plain' | 'json' | 'silent';
  readonly clock?: () => number;
  readonly columns?: number;
}

/** Seconds between plain lines of one job. */
const PLAIN_INTERVAL = 10;

export function createProgress(options: ProgressOptions): Progress {
  const { write, style, clock = Date.now, columns = 100 } = options;
  if (style === 'silent') return { start: () => ({ update() {}, end() {} }), say() {} };
  return {
    say: (line) => write(style === 'json' ? `${JSON.stringify({ event: 'info', line })}\n` : `${line}\n`),
    start(job, total, before = 0) {
      const started = clock();
      let last = style === 'terminal' ? 0 : started;
      const seconds = (): number => (clock() - started) / 1000;
      const show = (done: number, note: string | undefined, final: boolean): void => {
        if (style === 'json') {
          write(
            `${JSON.stringify({ event: final ? 'end' : 'progress', job, done, total, seconds: seconds(), note })}\n`,
          );
          return;
        }
        const line = progressLine({ job, done, before, total, seconds: seconds(), note, final });
        if (style === 'plain') write(`${line}\n`);
        else write(`\r\u001b[2K${line.slice(0, columns - 1)}${final ? '\n' : ''}`);
      };
      let lastDone = before;
      return {
        update(done, note) {
          lastDone = done;
          const interval = style === 'terminal' ? 0.1 : PLAIN_INTERVAL;
          if (clock() - last < interval * 1000) return;
          last = clock();
          show(done, note, false);
        },
        end: (note) => show(Math.max(lastDone, total), note, true),
      };
    },
  };
}

interface ProgressState {
  readonly job: string;
  readonly done: number;
  /** Of these, finished by an earlier attempt: they say nothing of the rate. */
  readonly before?: number;
  readonly total: number;
  readonly seconds: number;
  readonly note: string | undefined;
  readonly final: boolean;
}

/** `rejection sampling  96/128  75 %  8.1/s  ETA 4 s  pass 61 %` */
export function progressLine({ job, done, before = 0, total, seconds, note, final }: ProgressState): string {
  const rate = seconds > 0 ? (done - before) / seconds : 0;
  const share = total > 0 ? `${Math.floor((100 * done) / total)} %` : '';
  const time = final
    ? duration(seconds)
    : rate > 0 && done < total
      ? `ETA ${duration((total - done) / rate)}`
      : '';
  const speed = rate >= 1 ? `${rate.toFixed(1)}/s` : rate > 0 ? `${(1 / rate).toFixed(1)} s each` : '';
  return [job.padEnd(24), `${done}/${total}`, final ? '' : share, speed, time, note ?? '']
    .filter((part) => part !== '')
    .join('  ');
}

/** `42 s`, `3 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
