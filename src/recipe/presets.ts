/** Presets: what they change against the defaults of the schema. */
export const PRESETS: Readonly<Record<string, { readonly about: string; readonly recipe: object }>> = {
  nano: { about: 'the whole recipe in minutes on two CPU cores', recipe: {} },
  'nano-smoke': {
    about: 'the whole recipe in about a minute, too short to show much: a check that everything works',
    recipe: {
      pool: { lookalikes: 24, utility: 20, questions: 16 },
      redteam: { turns: 1, maliciousPrompts: 24 },
      ruleLearning: { prompts: 24, samples: 2 },
      rl: { steps: 2, groups: 4, rollouts: 4 },
      evals: { scale: 0.3 },
    },
  },
  'rl-only': {
    about: 'ablation: RL straight from the base model, without rule learning',
    recipe: { ruleLearning: { enabled: false } },
  },
  'hard-reward': {
    about: "ablation: a secure answer without code earns nothing (the paper's hard reward)",
    recipe: { rl: { noCodeReward: 0 } },
  },
  'paper-reward': {
    about: 'ablation: a secure answer without code earns 0.8, as in the paper',
    recipe: { rl: { noCodeReward: 0.8 } },
  },
  'no-lookalikes': {
    about: 'ablation: no benign look-alikes in rule learning and RL',
    recipe: { ruleLearning: { mix: { overrefusal: 0 } }, rl: { mix: { overrefusal: 0 } } },
  },
  dapo: {
    about: 'comparison: DAPO resampling in sub-steps instead of single-step dynamic sampling',
    recipe: { rl: { sampler: 'dapo' } },
  },
  'no-dynamic-sampling': {
    about: 'comparison: plain GRPO, groups without gradient are wasted',
    recipe: { rl: { sampler: 'none' } },
  },
};
