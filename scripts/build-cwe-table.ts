/**
 * Derives the table of weaknesses that the package ships, `assets/cwe.json`, from MITRE's CWE list:
 *
 *   node scripts/build-cwe-table.ts cwec.xml.gz
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf, PurpcodeError } from '../src/errors.ts';
import { compactCweTable } from '../src/rules/cwe.ts';
import { readCweXml } from '../src/rules/cwe-xml.ts';

const file = process.argv[2];
if (file === undefined) {
  console.error('usage: node scripts/build-cwe-table.ts <cwec.xml[.gz]>');
  process.exitCode = 2;
} else {
  try {
    const table = compactCweTable(await readCweXml(file));
    const target = fileURLToPath(new URL('../assets/cwe.json', import.meta.url));
    const rows = table.weaknesses.map((weakness) => JSON.stringify(weakness)).join(',\n');
    const { weaknesses, ...head } = table;
    const json = `${JSON.stringify(head).slice(0, -1)},"weaknesses":[\n${rows}\n]}\n`;
    await writeFile(target, json);
    console.log(`${target}: ${weaknesses.length} weaknesses, ${Math.round(json.length / 1024)} KiB`);
  } catch (error) {
    console.error(messageOf(error));
    if (error instanceof PurpcodeError && error.hint !== undefined) console.error(error.hint);
    process.exitCode = 2;
  }
}
