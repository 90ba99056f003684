/** The stages of a run, in order; each has a folder of its name in the run. */
export const STAGE_NAMES = ['rules', 'redteam', 'rule-learning', 'rl', 'evals', 'report'] as const;
export type StageName = (typeof STAGE_NAMES)[number];
