import { extractCode } from '../transcripts/code.ts';
import type { ReadReply } from './generation.ts';

/** A reply's one fenced block of Python, and the words around it. */
export interface PythonBlock {
  readonly code: string;
  readonly prose: string;
}

/** Exactly one block, of Python that parses and does something. */
export function onlyPythonBlock(text: string, parses: (code: string) => boolean): ReadReply<PythonBlock> {
  const blocks = extractCode(text).filter(({ style }) => style === 'backtick' || style === 'tilde');
  const [block] = blocks;
  if (block === undefined) return malformed('there is no fenced block');
  if (blocks.length > 1) return malformed(`there are ${blocks.length} fenced blocks`);
  if (!block.closed) return malformed('the block is not closed');
  const code = block.code.trimEnd();
  if (code.trim() === '') return malformed('the block is empty');
  if (!parses(code)) return malformed('the block is no Python that parses');
  const lines = text.split('\n');
  const before = lines.slice(0, block.line - 2);
  const after = lines.slice(block.line + block.code.split('\n').length);
  return { kind: 'made', value: { code, prose: [...before, ...after].join('\n').trim() } };
}

function malformed(reason: string): { readonly kind: 'malformed'; readonly reason: string } {
  return { kind: 'malformed', reason };
}
