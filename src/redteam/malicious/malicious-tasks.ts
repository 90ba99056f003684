/** From malicious requests to tasks: those about computers, each in one of the ten categories. */
import { contentKey } from '../../content-key.ts';
import type { Task } from '../../oracles/task.ts';
import { userTurnsOf } from '../hygiene/clean.ts';
import { ATTACK_CATEGORY_NAMES, type AttackCategory } from './categories.ts';
import type { RequestClassifier, RequestLabel } from './classify.ts';
import type { MaliciousRequest } from './requests.ts';

/** What became of the requests: requests = kept + other + undecided + repeated. */
export interface MaliciousCounts {
  readonly requests: number;
  /** The same words as an earlier request. */
  readonly repeated: number;
  /** Categories that the files give: not asked. */
  readonly given: number;
  /** Labelled by the classifier. */
  readonly asked: number;
  readonly kept: number;
  /** Not about computers. */
  readonly other: number;
  /** The classifier could not say: left out. */
  readonly undecided: number;
  /** Kept ones; categories without any are there too. */
  readonly byCategory: Readonly<Record<AttackCategory, number>>;
}

export interface MaliciousTasks {
  /** In the order of the requests. */
  readonly tasks: readonly Task[];
  readonly leftOut: readonly {
    readonly dataset: string;
    readonly place: string;
    readonly reason: 'other' | 'undecided' | 'repeated';
    readonly detail?: string;
  }[];
  readonly counts: MaliciousCounts;
}

/** Asks only for requests whose category no file gives, and for each text once. */
export async function maliciousTasks(
  requests: readonly MaliciousRequest[],
  classifier: RequestClassifier,
): Promise<MaliciousTasks> {
  const texts = textsToClassify(requests);
  const labels = await classifier.label(texts);
  const labelOf = new Map(texts.map((text, i) => [text, labels[i]!]));
  const tasks = new Map<string, Task>();
  const leftOut: MaliciousTasks['leftOut'][number][] = [];
  for (const request of requests) {
    const { dataset, place, category } = request;
    const label: RequestLabel =
      category === undefined ? labelOf.get(userTurnsOf(request))! : { kind: 'cyber', category };
    if (label.kind !== 'cyber') {
      const detail = label.kind === 'undecided' ? { detail: label.reason } : {};
      leftOut.push({ dataset, place, reason: label.kind, ...detail });
      continue;
    }
    const task = taskOf(request, label.category, category === undefined ? classifier.name : 'file');
    if (tasks.has(task.id)) leftOut.push({ dataset, place, reason: 'repeated' });
    else tasks.set(task.id, task);
  }
  const count = (reason: string) => leftOut.filter((row) => row.reason === reason).length;
  const kept = [...tasks.values()];
  return {
    tasks: kept,
    leftOut,
    counts: {
      requests: requests.length,
      repeated: count('repeated'),
      given: requests.filter(({ category }) => category !== undefined).length,
      asked: texts.length,
      kept: kept.length,
      other: count('other'),
      undecided: count('undecided'),
      byCategory: Object.fromEntries(
        ATTACK_CATEGORY_NAMES.map((name) => [name, kept.filter(({ family }) => family === name).length]),
      ) as Record<AttackCategory, number>,
    },
  };
}

/** Texts without a category of their own, each once: what a classifier is asked, and an estimate counts. */
export function textsToClassify(requests: readonly MaliciousRequest[]): string[] {
  const open = requests.filter(({ category }) => category === undefined);
  return [...new Set(open.map(userTurnsOf))];
}

function taskOf(request: MaliciousRequest, category: AttackCategory, labelledBy: string): Task {
  const { messages, dataset, place, label } = request;
  return {
    id: contentKey({ messages, source: 'malicious-assistance' }),
    source: 'malicious-assistance',
    messages,
    oracles: ['malicious-assistance'],
    family: category,
    cwes: [],
    // Neither malicious code nor a plan in words; harmless scripts are what could be given instead.
    rules: ['D0', 'D2', 'A0'],
    provenance: { dataset, place, label, category, labelledBy },
  };
}
