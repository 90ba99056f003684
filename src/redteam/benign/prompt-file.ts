/** Harmless prompts of one's own, in the format of `purpcode reward` without the response (docs/guides/data.md). */
import { type PromptRow, readPromptRows } from '../../datasets/generic-jsonl.ts';
import { checkPromptRow } from '../../oracles/prompt-row.ts';
import { type LoadedTasks, type TaskDraft, tasksOf } from './loaded-tasks.ts';

/** Malicious requests go another way (`readMaliciousRequests`). @throws ConfigError, IoError */
export function promptFileTasks(path: string): LoadedTasks {
  return tasksOf(readPromptRows(path), draftOf);
}

function draftOf({ id, oracles, messages, family, cwes, language, category, ...given }: PromptRow) {
  const checked = checkPromptRow(oracles, given);
  if (typeof checked === 'string') return checked;
  if (checked.oracles.includes('malicious-assistance')) return 'it is a malicious request';
  const draft: TaskDraft = {
    ...checked,
    prompt: messages,
    family,
    cwes,
    provenance: {
      dataset: 'jsonl',
      id,
      ...(language === undefined ? {} : { language }),
      ...(category === undefined ? {} : { category }),
    },
  };
  return draft;
}
