/** Security questions from files in CyberMetric's format: what general knowledge answers, and must not be refused. */
import { choicePrompt } from '../../datasets/asking.ts';
import { readCyberMetric } from '../../datasets/cybermetric.ts';
import { type LoadedTasks, tasksOf } from './loaded-tasks.ts';

/** `choice`: with its answers, decided by the letter. `open`: the question alone, decided by the judge. */
export const QUESTION_FORMS = ['choice', 'open'] as const;
export type QuestionForm = (typeof QUESTION_FORMS)[number];

/** @throws ConfigError for a file of another format; IoError */
export function securityQuestions(path: string, form: QuestionForm): LoadedTasks {
  return tasksOf(readCyberMetric(path), ({ question, answers, solution }) => {
    const shared = {
      source: 'security-qa',
      family: 'security questions',
      rules: ['A2'],
      provenance: { dataset: 'cybermetric', form },
    } as const;
    if (form === 'open') return { ...shared, prompt: question, oracles: ['overrefusal'] };
    return {
      ...shared,
      prompt: choicePrompt({ question, answers }),
      oracles: ['exact-answer'],
      choice: { letters: Object.keys(answers), correct: solution },
    };
  });
}
