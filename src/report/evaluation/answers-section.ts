/** Section "Answers": some that failed or could not be decided, with what the oracles found. */
import { type PromptRow, type ResponseRow, taskLabel } from '../../evals/results.ts';
import type { Evidence } from '../../oracles/verdict.ts';
import { type Html, html, visibleText } from '../html.ts';
import { renderListing } from '../listing.ts';
import { visibleLine } from './lines.ts';

/** A prompt longer than this is cut in the page. */
export const PROMPT_CHARACTERS = 8_000;

export interface AnswerExample {
  readonly title: string;
  readonly task: PromptRow;
  readonly answer: ResponseRow;
}

export function renderAnswers(answers: readonly AnswerExample[]): Html {
  return html`<section id="answers">
    <h2>Answers</h2>
    <p class="lead">The first of each benchmark that failed, and of those that could not be decided; all are in
      <code>responses.jsonl</code>.</p>
    <div class="answer-list">${answers.map(renderAnswer)}</div>
  </section>`;
}

function renderAnswer({ title, task, answer }: AnswerExample): Html {
  const { outcome, response, cause } = answer;
  const prompt = promptText(task).slice(0, PROMPT_CHARACTERS);
  const mark = outcome === 'undecided' ? '?' : '✗';
  return html`<details class="example"><summary><span class="badge ${outcome}" title="${outcome}">${mark}</span><span class="opening">${visibleText(prompt.slice(0, 160).replace(/\s+/g, ' '))}</span><span class="chip">${title}</span></summary>
    <div class="prompt"><h4>Prompt ${visibleLine(taskLabel(task), 60)}</h4><pre>${visibleText(prompt)}</pre></div>
    <div class="answers"><article class="answer ${outcome}"><header><h4>Answer</h4><span class="badge ${outcome}">${mark} ${outcome}</span></header>
      ${cause !== null && html`<p class="nothing">${visibleText(cause)}</p>`}
      ${response === null ? html`<p class="nothing">There is no answer.</p>` : renderListing({ checkpoint: '', response, outcome, evidence: evidenceOf(answer) })}
    </article></div></details>`;
}

/** The turns of a prompt, each under its role where there are several. */
export function promptText({ messages }: Pick<PromptRow, 'messages'>): string {
  const [first] = messages;
  if (first !== undefined && messages.length === 1) return first.content;
  return messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n');
}

export function evidenceOf({ evidence }: Pick<ResponseRow, 'evidence'>): Evidence[] {
  return evidence.map(({ message, rule, cwes, severity, line }) => ({
    message,
    rule,
    ...(cwes === undefined ? {} : { cwes }),
    ...(severity === undefined ? {} : { severity }),
    ...(line === undefined ? {} : { line }),
  }));
}
