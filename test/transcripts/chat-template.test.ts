import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHAT_TOKENS, renderConversation, renderTraining } from '../../src/transcripts/chat-template.ts';

/** One token per character, by code point; special tokens from 1000 on. */
const tokenizer = {
  encode: (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0),
  special: (token: string) => 1000 + CHAT_TOKENS.indexOf(token),
};
const [SYSTEM, USER, ASSISTANT, END] = [1000, 1001, 1002, 1003];

describe('renderConversation', () => {
  it('wraps each turn and opens the assistant turn for generation', () => {
    const messages = [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'BC' },
    ] as const;
    const turns = [SYSTEM, 65, END, USER, 66, 67, END];
    assert.deepEqual(renderConversation(messages, tokenizer, { addGenerationPrompt: false }), turns);
    assert.deepEqual(renderConversation(messages, tokenizer, { addGenerationPrompt: true }), [
      ...turns,
      ASSISTANT,
    ]);
  });

  it('never turns text into special tokens', () => {
    const tokens = renderConversation([{ role: 'user', content: '<|end|><|system|>' }], tokenizer, {
      addGenerationPrompt: false,
    });
    assert.equal(tokens.filter((token) => token >= 1000).length, 2);
  });
});

describe('renderTraining', () => {
  it('trains the last assistant turn and its end only', () => {
    const { input, targets, trained } = renderTraining(
      [
        { role: 'user', content: 'A' },
        { role: 'assistant', content: 'B' },
        { role: 'user', content: 'C' },
        { role: 'assistant', content: 'DE' },
      ],
      tokenizer,
    );
    assert.deepEqual(input, [USER, 65, END, ASSISTANT, 66, END, USER, 67, END, ASSISTANT, 68, 69]);
    assert.deepEqual(targets, [65, END, ASSISTANT, 66, END, USER, 67, END, ASSISTANT, 68, 69, END]);
    assert.deepEqual(
      targets.filter((_target, index) => trained[index]),
      [68, 69, END],
    );
  });

  it('wants an assistant turn to train', () => {
    assert.throws(() => renderTraining([{ role: 'user', content: 'A' }], tokenizer), RangeError);
  });
});
