/** `purpcode redteam`: a corpus of prompts that make coding models fail, and how often a given model does. */
import { Command } from 'commander';
import { probeCommand } from './redteam-probe.ts';
import { redteamRunCommand } from './redteam-run.ts';

export function redteamCommand(): Command {
  return new Command('redteam')
    .description('red-team coding models: write a corpus of prompts with language models, probe a model')
    .addCommand(redteamRunCommand())
    .addCommand(probeCommand());
}
