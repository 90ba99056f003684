/** A response line by line, with findings marked where they are. */
import type { Evidence } from '../oracles/verdict.ts';
import { type CodeBlock, extractCode } from '../transcripts/code.ts';
import { normaliseNewlines, parseResponse } from '../transcripts/format.ts';
import { type Html, html, visibleText } from './html.ts';
import type { ReportAnswer } from './report-data.ts';

/** A response longer than this is cut in the page; the run's files hold it whole. */
const MAX_LINES = 200;
const MAX_LINE_CHARACTERS = 2_000;

interface Line {
  readonly text: string;
  /** 1-based line of the code block it is in. */
  readonly codeLine?: number;
  readonly marks: readonly Evidence[];
}

export interface Listing {
  readonly lines: readonly Line[];
  /** Evidence of no line, or of a line that cannot be told for sure. */
  readonly unplaced: readonly Evidence[];
}

/**
 * Puts evidence on the lines it speaks of. Evidence names a line of *a* code block: with several blocks that have
 * such a line it is not known which, so the finding stays unplaced.
 */
export function placeEvidence({ response, evidence }: Pick<ReportAnswer, 'response' | 'evidence'>): Listing {
  const texts = normaliseNewlines(response).trimEnd().split('\n');
  const blocks = blocksOf(response, texts);
  const codeLines = new Map<number, number>();
  for (const { start, length } of blocks) {
    for (let i = 0; i < length; i++) if (!codeLines.has(start + i)) codeLines.set(start + i, i + 1);
  }
  const marks = new Map<number, Evidence[]>();
  const unplaced: Evidence[] = [];
  for (const entry of evidence) {
    const places = blocks.filter(
      ({ length }) => entry.line !== undefined && entry.line >= 1 && entry.line <= length,
    );
    if (places.length === 1) {
      const index = places[0]!.start + entry.line! - 1;
      marks.set(index, [...(marks.get(index) ?? []), entry]);
    } else unplaced.push(entry);
  }
  const lines = texts.map((text, index): Line => {
    const codeLine = codeLines.get(index);
    return { text, marks: marks.get(index) ?? [], ...(codeLine === undefined ? {} : { codeLine }) };
  });
  return { lines, unplaced };
}

interface PlacedBlock {
  /** Index of its first line in the response. */
  readonly start: number;
  readonly length: number;
}

/** Code blocks of all of a response, analysis included: the analysers read both. */
function blocksOf(response: string, texts: readonly string[]): PlacedBlock[] {
  const parsed = parseResponse(response);
  const sections = parsed.kind === 'ok' ? [parsed.analysis, parsed.answer] : [normaliseNewlines(response)];
  return sections.flatMap((section, index) => {
    const offset = offsetOf(section, { texts, last: index === sections.length - 1 });
    if (offset === undefined) return [];
    return extractCode(section).flatMap((block) => place(block, offset, texts));
  });
}

/** Line of the response where a section begins; the last section ends where the response ends. */
function offsetOf(
  section: string,
  { texts, last }: { texts: readonly string[]; last: boolean },
): number | undefined {
  const own = section.trimEnd().split('\n');
  const from = last ? texts.length - own.length : texts.findIndex((text) => text.endsWith(own[0]!));
  const fits = from >= 0 && own.every((text, i) => texts[from + i]?.trimEnd().endsWith(text.trimEnd()));
  return fits ? from : undefined;
}

function place(block: CodeBlock, offset: number, texts: readonly string[]): PlacedBlock[] {
  const lines = block.code.replace(/\n+$/, '').split('\n');
  const start = offset + block.line - 1;
  const fits = lines.every((line, i) => texts[start + i]?.includes(line.trim()));
  return fits && block.code.trim() !== '' ? [{ start, length: lines.length }] : [];
}

export function renderListing(answer: ReportAnswer): Html {
  const { lines, unplaced } = placeEvidence(answer);
  const shown = lines.slice(0, MAX_LINES);
  const lost = lines.slice(MAX_LINES).flatMap(({ marks }) => marks);
  const rest = lines.length - shown.length;
  const others = [...unplaced, ...lost];
  return html`<div class="listing">${shown.map(renderLine)}${rest > 0 && html`<p class="nothing">${rest} more lines are not shown.</p>`}</div>
    ${others.length > 0 && html`<ul class="evidence">${others.map((entry) => html`<li>${renderEvidence(entry)}</li>`)}</ul>`}`;
}

function renderLine({ text, codeLine, marks }: Line): Html {
  const cut = text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)} …` : text;
  const kind =
    codeLine !== undefined
      ? 'code'
      : /^##\s/.test(text)
        ? 'heading'
        : /^\s*(`{3}|~{3})/.test(text)
          ? 'fence'
          : 'prose';
  return html`<div class="line ${kind}${marks.length > 0 && ' found'}"><span class="at">${codeLine ?? ''}</span><span class="text">${visibleText(cut)}</span></div>${marks.map((entry) => html`<div class="finding">${renderEvidence(entry, { placed: true })}</div>`)}`;
}

function renderEvidence(entry: Evidence, { placed = false } = {}): Html {
  const cwes = (entry.cwes ?? []).map((cwe) => html` <span class="cwe">CWE-${cwe}</span>`);
  const line =
    !placed &&
    entry.line !== undefined &&
    html` <span class="where">line ${entry.line} of its code block</span>`;
  return html`<b class="rule">${visibleText(entry.rule)}</b>${cwes}${entry.severity && html` <span class="severity">${entry.severity}</span>`} <span class="message">${visibleText(entry.message)}</span>${line}`;
}
