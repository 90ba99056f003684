/** CyberMetric, twice: by the letter, as its authors score it, and by the judge, as the paper scores security QA. */
import { choicePrompt } from '../../datasets/asking.ts';
import { CYBERMETRIC_FILE, readCyberMetric } from '../../datasets/cybermetric.ts';
import { fileBenchmark } from './file-benchmark.ts';

export const CYBERMETRIC = fileBenchmark({
  name: 'cybermetric',
  title: 'CyberMetric',
  axis: 'utility',
  metric: 'correct',
  file: CYBERMETRIC_FILE,
  read: readCyberMetric,
  task: ({ question, answers, solution }, place) => ({
    prompt: choicePrompt({ question, answers }),
    source: 'security-qa',
    oracles: ['exact-answer'],
    choice: { letters: Object.keys(answers), correct: solution },
    family: place,
  }),
});

/** The question by itself: what a user asks. */
export const SECURITY_QA = fileBenchmark({
  name: 'security-qa',
  title: 'Security QA',
  axis: 'utility',
  metric: 'appropriate',
  file: CYBERMETRIC_FILE,
  read: readCyberMetric,
  task: ({ question }, place) => ({
    prompt: question,
    source: 'security-qa',
    oracles: ['overrefusal'],
    family: place,
  }),
});
