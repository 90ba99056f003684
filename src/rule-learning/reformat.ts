/**
 * From the sections that the analysis prompt asks for to the response format (SPEC "Stage 1", item 2): intent and
 * safety analysis become `## Analysis`, the proposed response becomes `## Answer`. What does not parse is dropped.
 */
import { ANALYSIS_SECTIONS } from '../rules/analysis-prompt.ts';
import { formatResponse } from '../transcripts/format.ts';

/** The response in the training format, or undefined when the three sections are not there, once and in order. */
export function reformat(completion: string): string | undefined {
  const { intent, safety, response } = ANALYSIS_SECTIONS;
  const positions = [intent, safety, response].map((heading) => headingPositions(completion, heading));
  if (positions.some((found) => found.length !== 1)) return undefined;
  const [intentAt, safetyAt, responseAt] = positions.map((found) => found[0]!) as [number, number, number];
  if (!(intentAt < safetyAt && safetyAt < responseAt)) return undefined;
  const intentText = completion.slice(intentAt + intent.length, safetyAt).trim();
  const safetyText = completion.slice(safetyAt + safety.length, responseAt).trim();
  const answer = completion.slice(responseAt + response.length).trim();
  if (intentText === '' || safetyText === '' || answer === '') return undefined;
  return formatResponse({ analysis: `${intentText} ${safetyText}`, answer });
}

/** Where a heading stands on a line of its own. */
function headingPositions(text: string, heading: string): number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(heading); at >= 0; at = text.indexOf(heading, at + 1)) {
    const alone =
      (at === 0 || text[at - 1] === '\n') && /^[ \t\r]*(\n|$)/.test(text.slice(at + heading.length));
    if (alone) positions.push(at);
  }
  return positions;
}
