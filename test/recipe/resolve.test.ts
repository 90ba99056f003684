import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError } from '../../src/errors.ts';
import { PRESETS } from '../../src/recipe/presets.ts';
import { resolveRecipe } from '../../src/recipe/resolve.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'purpcode-recipe-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function recipeFile(text: string): string {
  const path = join(folder, 'recipe.yaml');
  writeFileSync(path, text);
  return path;
}

describe('resolveRecipe', () => {
  it('resolves every preset', () => {
    for (const name of Object.keys(PRESETS)) assert.equal(resolveRecipe(name).name, name);
  });

  it('fills in the paper settings', () => {
    const recipe = resolveRecipe('nano');
    assert.equal(recipe.redteam.threshold, 0.7);
    assert.equal(recipe.redteam.permutations, 250);
    assert.equal(recipe.rl.rollouts, 8);
    assert.equal(recipe.rl.klCoefficient, 0.001);
    assert.equal(recipe.ruleLearning.easyShare, 0.7);
  });

  it('applies settings in order, over a preset', () => {
    const recipe = resolveRecipe('dapo', [
      'rl.steps=3',
      'rl.steps=4',
      'rl.clip.high=1.3',
      'evals.temperatures=[0]',
    ]);
    assert.equal(recipe.rl.sampler, 'dapo');
    assert.equal(recipe.rl.steps, 4);
    assert.equal(recipe.rl.clip.high, 1.3);
    assert.deepEqual(recipe.evals.temperatures, [0]);
  });

  it('reads a file that extends a preset', () => {
    const recipe = resolveRecipe(recipeFile('extends: hard-reward\nseed: 7\nrl: { steps: 2 }\n'));
    assert.equal(recipe.rl.noCodeReward, 0);
    assert.equal(recipe.rl.steps, 2);
    assert.equal(recipe.seed, 7);
  });

  const bad: [string, () => unknown, RegExp][] = [
    ['a misspelt key', () => resolveRecipe('nano', ['rl.step=4']), /unknown key rl\.step/],
    ['a wrong type', () => resolveRecipe('nano', ['rl.steps=many']), /rl\.steps/],
    ['a value out of range', () => resolveRecipe('nano', ['rl.clip.low=2']), /rl\.clip\.low/],
    ['a setting without value', () => resolveRecipe('nano', ['rl.steps']), /expected key\.path=value/],
    ['a missing file', () => resolveRecipe('no-such-recipe'), /no preset and no recipe file/],
    ['an unknown parent', () => resolveRecipe(recipeFile('extends: nanoo\n')), /no preset "nanoo"/],
    ['YAML that does not parse', () => resolveRecipe(recipeFile('rl:\n  steps: [1\n')), /recipe\.yaml:\d/],
    ['a list', () => resolveRecipe(recipeFile('- 1\n')), /a mapping of keys/],
    ['an unknown key in a file', () => resolveRecipe(recipeFile('rll: {}\n')), /unknown key rll/],
  ];
  for (const [what, run, message] of bad) {
    it(`refuses ${what}`, () => {
      assert.throws(run, (error: ConfigError) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
