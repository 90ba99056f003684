import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PurpcodeError } from '../../src/errors.ts';
import { compactCweTable, tableOf } from '../../src/rules/cwe.ts';
import { parseCweXml, readCweXml } from '../../src/rules/cwe-xml.ts';

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<Weakness_Catalog Name="CWE" Version="9.1" Date="2031-05-06" xmlns="http://cwe.mitre.org/cwe-7" xmlns:xhtml="http://www.w3.org/1999/xhtml">
  <Weaknesses>
    <Weakness ID="700" Name="Use of 'Glue' &amp; Paper" Abstraction="Base" Structure="Simple" Status="Draft">
      <Description>The product mends
         walls with glue &lt;only&gt;.</Description>
      <Extended_Description>
        <xhtml:p>Walls are <xhtml:b>made</xhtml:b> of 10<xhtml:sup>2</xhtml:sup>:</xhtml:p>
        <xhtml:ul><xhtml:li>stone, and</xhtml:li><xhtml:li>mortar&#34;s</xhtml:li></xhtml:ul>
        <xhtml:table><xhtml:tr><xhtml:td>a</xhtml:td><xhtml:td>b</xhtml:td></xhtml:tr></xhtml:table>
        <xhtml:img src="x.png" alt="A wall"/>
      </Extended_Description>
      <Related_Weaknesses>
        <Related_Weakness Nature="ChildOf" CWE_ID="12" View_ID="1000" Ordinal="Primary"/>
        <Related_Weakness Nature="ChildOf" CWE_ID="13" View_ID="1003"/>
        <Related_Weakness Nature="PeerOf" CWE_ID="14" View_ID="1000"/>
      </Related_Weaknesses>
      <Weakness_Ordinalities><Weakness_Ordinality><Ordinality>Primary</Ordinality><Description>Comes first.</Description></Weakness_Ordinality></Weakness_Ordinalities>
      <Applicable_Platforms><Language Class="Not Language-Specific" Prevalence="Often"/><Language Name="Python" Prevalence="Often"/><Technology Name="Walls" Prevalence="Rarely"/></Applicable_Platforms>
      <Background_Details><Background_Detail>Glue is old.</Background_Detail></Background_Details>
      <Alternate_Terms><Alternate_Term><Term>Gluing</Term><Description>Common word.</Description></Alternate_Term><Alternate_Term><Term>Pasting</Term></Alternate_Term></Alternate_Terms>
      <Modes_Of_Introduction><Introduction><Phase>Implementation</Phase><Note>In haste.</Note></Introduction></Modes_Of_Introduction>
      <Likelihood_Of_Exploit>High</Likelihood_Of_Exploit>
      <Common_Consequences>
        <Consequence><Scope>Integrity</Scope><Scope>Availability</Scope><Impact>Falls</Impact><Likelihood>High</Likelihood><Note>It hurts.</Note></Consequence>
      </Common_Consequences>
      <Detection_Methods><Detection_Method><Method>Fuzzing</Method><Description>Push.</Description><Effectiveness>Low</Effectiveness></Detection_Method></Detection_Methods>
      <Potential_Mitigations>
        <Mitigation><Phase>Architecture and Design</Phase><Phase>Implementation</Phase><Strategy>Libraries</Strategy><Description>Use mortar.</Description><Effectiveness>High</Effectiveness><Effectiveness_Notes>Dries slowly.</Effectiveness_Notes></Mitigation>
      </Potential_Mitigations>
      <Demonstrative_Examples>
        <Demonstrative_Example>
          <Intro_Text>Look:</Intro_Text>
          <Example_Code Nature="Bad" Language="Python">
            <xhtml:div>def mend(wall):<xhtml:div style="margin-left:1em;">if wall:<xhtml:div style="margin-left:1em;">glue(wall, "a  b")<xhtml:br/>wait()</xhtml:div></xhtml:div>done()</xhtml:div>
          </Example_Code>
          <Body_Text>It falls.</Body_Text>
          <Example_Code Nature="Good"><xhtml:div>mortar(wall)</xhtml:div></Example_Code>
        </Demonstrative_Example>
      </Demonstrative_Examples>
      <Observed_Examples><Observed_Example><Reference>CVE-2031-1</Reference><Description>A wall fell.</Description><Link>https://example.org/1</Link></Observed_Example></Observed_Examples>
      <Functional_Areas><Functional_Area>Walls</Functional_Area></Functional_Areas>
      <Affected_Resources><Affected_Resource>Bricks</Affected_Resource></Affected_Resources>
      <Mapping_Notes><Usage>Discouraged</Usage><Rationale>Too wide.</Rationale><Comments>See <xhtml:i>others</xhtml:i>.</Comments><Reasons><Reason Type="Abstraction"/></Reasons><Suggestions><Suggestion CWE_ID="12" Comment="Narrower."/></Suggestions></Mapping_Notes>
      <Notes><Note Type="Terminology">Said often.</Note></Notes>
    </Weakness>
    <Weakness ID="7" Name="DEPRECATED: Old" Abstraction="Variant" Structure="Simple" Status="Deprecated">
      <Description>This entry is gone.</Description>
    </Weakness>
  </Weaknesses>
</Weakness_Catalog>`;

describe('CWE list in XML', () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-cwe-'));
  after(() => rmSync(folder, { recursive: true }));

  it('keeps every text, block by block', () => {
    const catalog = parseCweXml(XML, 'small.xml');
    assert.equal(catalog.version, '9.1');
    assert.equal(catalog.date, '2031-05-06');
    assert.deepEqual(catalog.weaknesses[0], {
      id: 700,
      name: "Use of 'Glue' & Paper",
      abstraction: 'Base',
      structure: 'Simple',
      status: 'Draft',
      likelihoodOfExploit: 'High',
      background: ['Glue is old.'],
      alternateTerms: [{ term: 'Gluing', description: 'Common word.' }, { term: 'Pasting' }],
      platforms: [
        { kind: 'Language', name: 'Not Language-Specific' },
        { kind: 'Language', name: 'Python' },
        { kind: 'Technology', name: 'Walls' },
      ],
      introductions: [{ phase: 'Implementation', note: 'In haste.' }],
      mitigations: [
        {
          phases: ['Architecture and Design', 'Implementation'],
          strategy: 'Libraries',
          description: 'Use mortar.',
          effectiveness: 'High',
          effectivenessNotes: 'Dries slowly.',
        },
      ],
      detections: [{ method: 'Fuzzing', description: 'Push.', effectiveness: 'Low' }],
      observed: [{ reference: 'CVE-2031-1', description: 'A wall fell.', link: 'https://example.org/1' }],
      ordinalities: [{ ordinality: 'Primary', description: 'Comes first.' }],
      affectedResources: ['Bricks'],
      functionalAreas: ['Walls'],
      notes: [{ kind: 'Terminology', text: 'Said often.' }],
      description: 'The product mends walls with glue <only>.',
      extendedDescription: 'Walls are made of 10^2:\n- stone, and\n- mortar"s\na | b |\nA wall',
      examples: [
        {
          parts: [
            { kind: 'text', text: 'Look:' },
            {
              kind: 'code',
              nature: 'Bad',
              language: 'Python',
              code: 'def mend(wall):\n  if wall:\n    glue(wall, "a  b")\n    wait()\ndone()',
            },
            { kind: 'text', text: 'It falls.' },
            { kind: 'code', nature: 'Good', code: 'mortar(wall)' },
          ],
        },
      ],
      consequences: [
        {
          scopes: ['Integrity', 'Availability'],
          impacts: ['Falls'],
          likelihood: 'High',
          note: 'It hurts.',
        },
      ],
      mapping: {
        usage: 'Discouraged',
        rationale: 'Too wide.',
        comments: 'See others.',
        reasons: ['Abstraction'],
        suggestions: [{ cwe: 12, comment: 'Narrower.' }],
      },
      parents: [12],
    });
  });

  it('reads plain and gzipped files alike', async () => {
    const plain = join(folder, 'list.xml');
    const zipped = join(folder, 'list.xml.gz');
    writeFileSync(plain, XML);
    writeFileSync(zipped, gzipSync(XML));
    const fromPlain = await readCweXml(plain);
    assert.deepEqual(await readCweXml(zipped), fromPlain);
    assert.deepEqual(
      fromPlain.weaknesses.map((weakness) => weakness.id),
      [700, 7],
    );
  });

  it('names the file and the reason when the list is malformed', async () => {
    const cases: [name: string, content: string | Buffer, reason: RegExp][] = [
      ['cut.xml', XML.slice(0, 900), /cut\.xml.*line \d+/s],
      ['other.xml', '<html><body/></html>', /other\.xml.*root is not <Weakness_Catalog>/s],
      ['empty.xml', '<Weakness_Catalog><Weaknesses/></Weakness_Catalog>', /empty\.xml.*lists no weakness/s],
      ['none.xml', '<Weakness_Catalog/>', /none\.xml.*no <Weaknesses>/s],
      ['id.xml', XML.replace('ID="700"', 'ID="seven"'), /id\.xml.*ID "seven"/s],
      ['text.xml', XML.replaceAll(/<Description>.*?<\/Description>/gs, ''), /CWE-700 has no Description/],
      ['cut.xml.gz', gzipSync(XML).subarray(0, 200), /cut\.xml\.gz.*decompress/s],
      ['latin.xml', Buffer.from('<a>\xe9</a>', 'latin1'), /latin\.xml.*UTF-8/s],
    ];
    for (const [name, content, reason] of cases) {
      const path = join(folder, name);
      writeFileSync(path, content);
      await assert.rejects(readCweXml(path), (error: unknown) => {
        assert(error instanceof PurpcodeError);
        assert.equal(error.code, 'config');
        assert.match(error.message, reason);
        return true;
      });
    }
    await assert.rejects(readCweXml(join(folder, 'absent.xml')), { code: 'io', message: /absent\.xml/ });
  });

  it('reduces to a table that flags deprecated and discouraged entries', () => {
    const table = tableOf(compactCweTable(parseCweXml(XML, 'small.xml')));
    assert.deepEqual(
      table.entries.map(({ id, deprecated, discouraged }) => ({ id, deprecated, discouraged })),
      [
        { id: 7, deprecated: true, discouraged: false },
        { id: 700, deprecated: false, discouraged: true },
      ],
    );
    assert.match(table.notice, /version 9\.1.*2006–2031, The MITRE Corporation/s);
  });
});
