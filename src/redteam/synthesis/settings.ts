import { z } from 'zod';

/** How the language model that plays the synthesizer is asked. */
export const synthesisSchema = z.strictObject({
  /** Of its replies; above 0, for turns have to differ. */
  temperature: z.number().min(0).max(2).default(0.9),
  /** Most tokens of a reply with code; more for models that reason before they answer. */
  codeTokens: z.int().positive().default(2048),
  /** Most tokens of a reply with a prompt. */
  promptTokens: z.int().positive().default(1024),
  /** Attempts after the first, for replies that are refusals or lack the form. */
  retries: z.int().min(0).default(2),
  /** Most scenarios or prompts of earlier turns that a turn is shown, the latest. */
  shown: z.int().positive().default(12),
});

export type SynthesisSettings = z.infer<typeof synthesisSchema>;
