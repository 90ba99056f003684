/** What a labelling model would answer: for scripted servers. */
import { reply, type SeenRequest, type Step } from '../models/scripted-server.ts';

/** The texts that a request shows, in order. */
export function shownTexts({ body }: SeenRequest): string[] {
  const [boundaryLine, ...lines] = body.messages.at(-1)!.content.split('\n');
  const boundary = boundaryLine!.slice('The boundary line is '.length);
  const data = lines.slice(1, lines.indexOf(boundary, 1));
  return data.map((line) => (JSON.parse(line) as { text: string }).text);
}

export function nonceOf({ body }: SeenRequest): string {
  return /"nonce": "([0-9a-f]+)"$/.exec(body.messages.at(-1)!.content)![1]!;
}

/** A whole reply, with the label of each text. */
export function labelReply(request: SeenRequest, labelOf: (text: string) => object): Step {
  const labels = shownTexts(request).map((text, i) => ({ number: i + 1, ...labelOf(text) }));
  return reply(JSON.stringify({ nonce: nonceOf(request), labels }));
}
