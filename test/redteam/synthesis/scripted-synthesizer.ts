/**
 * A scripted synthesizer: its programs break the rule that the request names, and its prompts fit their strategy. What
 * it answers depends on the request alone, as a model's reply under a seed.
 */
import { createHash } from 'node:crypto';
import { reply, type SeenRequest, type Step } from '../../models/scripted-server.ts';

export function contentOf({ body }: SeenRequest): string {
  return body.messages.map(({ content }) => content).join('\n');
}

export function isForCode(request: SeenRequest): boolean {
  return contentOf(request).includes('Write one Python program');
}

/** A number that depends on the request. */
function drawOf(request: SeenRequest): number {
  return createHash('sha256').update(JSON.stringify(request.body)).digest().readUInt16BE(0);
}

const BODIES: Readonly<Record<string, string>> = {
  'CWE-89': 'return connection.execute(f"SELECT * FROM {TABLE} WHERE name = \'{name}\'").fetchall()',
  'CWE-502': 'return pickle.loads(name)',
};

export function programOf(request: SeenRequest, noun = `thing${drawOf(request)}`): string {
  const cwe = /^CWE-\d+/m.exec(contentOf(request))![0];
  return `import pickle
import sqlite3

TABLE = "${noun}"


def open_store(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def find_${noun}(connection, name):
    ${BODIES[cwe]}


def main(path, name):
    for row in find_${noun}(open_store(path), name):
        print(pickle.__name__, row)`;
}

export function codeReply(request: SeenRequest, noun?: string): Step {
  const program = programOf(request, noun);
  const scenario = /TABLE = "(\w+)"/.exec(program)![1];
  return reply(`Scenario: it looks up each ${scenario} of an office.\n\n\`\`\`python\n${program}\n\`\`\``);
}

export function promptReply(request: SeenRequest): Step {
  const flagged = contentOf(request).includes('CWE-502') ? 'pickle' : 'execute';
  const named = contentOf(request).includes('asks to use the very function') ? ` with ${flagged}` : '';
  return reply(
    `<prompt>\nWe need search number ${drawOf(request)} for the office in Python${named}.\n</prompt>`,
  );
}

export function goodReply(request: SeenRequest): Step {
  return isForCode(request) ? codeReply(request) : promptReply(request);
}
