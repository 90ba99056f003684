/** One `<Weakness>` of the CWE list in XML. */
import type {
  CweConsequence,
  CweDetection,
  CweExample,
  CweMapping,
  CweMitigation,
  CweWeakness,
} from './cwe-catalog.ts';
import { attributeOf, childrenOf, codeOf, proseOf, tagOf, type XmlNode } from './xhtml-text.ts';

/** @param damaged makes the error that says what is wrong with the list. */
export function weaknessOf(node: XmlNode, damaged: (reason: string) => Error): CweWeakness {
  const idText = attribute(node, 'ID');
  if (!/^[1-9]\d*$/.test(idText)) throw damaged(`a <Weakness> has the ID "${idText}"`);
  const name = attribute(node, 'Name');
  const description = text(node, 'Description');
  if (name === '' || description === undefined)
    throw damaged(`CWE-${idText} has no ${name === '' ? 'Name' : 'Description'}`);
  return {
    id: Number(idText),
    name,
    abstraction: attribute(node, 'Abstraction'),
    structure: attribute(node, 'Structure'),
    status: attribute(node, 'Status'),
    description,
    ...optional({
      extendedDescription: text(node, 'Extended_Description'),
      likelihoodOfExploit: text(node, 'Likelihood_Of_Exploit'),
    }),
    background: listOf(node, 'Background_Details', 'Background_Detail').map(prose),
    alternateTerms: listOf(node, 'Alternate_Terms', 'Alternate_Term').map((term) => ({
      term: text(term, 'Term') ?? '',
      ...optional({ description: text(term, 'Description') }),
    })),
    platforms: listOf(node, 'Applicable_Platforms').map((platform) => ({
      kind: tagOf(platform),
      name: attributeOf(platform, 'Name') ?? attribute(platform, 'Class'),
    })),
    introductions: listOf(node, 'Modes_Of_Introduction', 'Introduction').map((introduction) => ({
      phase: text(introduction, 'Phase') ?? '',
      ...optional({ note: text(introduction, 'Note') }),
    })),
    consequences: listOf(node, 'Common_Consequences', 'Consequence').map(consequenceOf),
    mitigations: listOf(node, 'Potential_Mitigations', 'Mitigation').map(mitigationOf),
    detections: listOf(node, 'Detection_Methods', 'Detection_Method').map(detectionOf),
    examples: listOf(node, 'Demonstrative_Examples', 'Demonstrative_Example').map(exampleOf),
    observed: listOf(node, 'Observed_Examples', 'Observed_Example').map((observed) => ({
      reference: text(observed, 'Reference') ?? '',
      description: text(observed, 'Description') ?? '',
      ...optional({ link: text(observed, 'Link') }),
    })),
    ordinalities: listOf(node, 'Weakness_Ordinalities', 'Weakness_Ordinality').map((entry) => ({
      ordinality: text(entry, 'Ordinality') ?? '',
      ...optional({ description: text(entry, 'Description') }),
    })),
    affectedResources: listOf(node, 'Affected_Resources', 'Affected_Resource').map(prose),
    functionalAreas: listOf(node, 'Functional_Areas', 'Functional_Area').map(prose),
    notes: listOf(node, 'Notes', 'Note').map((note) => ({
      kind: attribute(note, 'Type'),
      text: prose(note),
    })),
    mapping: mappingOf(node),
    parents: parentsOf(node),
  };
}

function consequenceOf(node: XmlNode): CweConsequence {
  return {
    scopes: texts(node, 'Scope'),
    impacts: texts(node, 'Impact'),
    ...optional({ likelihood: text(node, 'Likelihood'), note: text(node, 'Note') }),
  };
}

function mitigationOf(node: XmlNode): CweMitigation {
  return {
    phases: texts(node, 'Phase'),
    description: text(node, 'Description') ?? '',
    ...optional({ strategy: text(node, 'Strategy'), ...effectivenessOf(node) }),
  };
}

function detectionOf(node: XmlNode): CweDetection {
  return {
    method: text(node, 'Method') ?? '',
    description: text(node, 'Description') ?? '',
    ...optional(effectivenessOf(node)),
  };
}

function effectivenessOf(node: XmlNode) {
  return {
    effectiveness: text(node, 'Effectiveness'),
    effectivenessNotes: text(node, 'Effectiveness_Notes'),
  };
}

function exampleOf(node: XmlNode): CweExample {
  const parts = childrenOf(node).flatMap((part): CweExample['parts'] => {
    const tag = tagOf(part);
    if (tag === 'Intro_Text' || tag === 'Body_Text') return [{ kind: 'text', text: prose(part) }];
    if (tag !== 'Example_Code') return [];
    const language = optional({ language: attributeOf(part, 'Language') });
    return [{ kind: 'code', nature: attribute(part, 'Nature'), ...language, code: codeOf(childrenOf(part)) }];
  });
  return { parts };
}

function mappingOf(weakness: XmlNode): CweMapping {
  const notes = childrenOf(weakness).find((child) => tagOf(child) === 'Mapping_Notes');
  if (notes === undefined) return { usage: '', reasons: [], suggestions: [] };
  return {
    usage: text(notes, 'Usage') ?? '',
    ...optional({ rationale: text(notes, 'Rationale'), comments: text(notes, 'Comments') }),
    reasons: listOf(notes, 'Reasons', 'Reason').map((reason) => attribute(reason, 'Type')),
    suggestions: listOf(notes, 'Suggestions', 'Suggestion').map((suggestion) => ({
      cwe: Number(attribute(suggestion, 'CWE_ID')),
      comment: attribute(suggestion, 'Comment'),
    })),
  };
}

function parentsOf(weakness: XmlNode): number[] {
  return listOf(weakness, 'Related_Weaknesses', 'Related_Weakness')
    .filter((node) => attributeOf(node, 'Nature') === 'ChildOf' && attributeOf(node, 'View_ID') === '1000')
    .map((node) => Number(attributeOf(node, 'CWE_ID')));
}

/** Elements of a list; all of them without `item`. */
function listOf(node: XmlNode, list: string, item?: string): XmlNode[] {
  return childrenOf(node)
    .filter((child) => tagOf(child) === list)
    .flatMap((child) =>
      childrenOf(child).filter((inner) =>
        item === undefined ? tagOf(inner) !== '#text' : tagOf(inner) === item,
      ),
    );
}

function attribute(node: XmlNode, name: string): string {
  return attributeOf(node, name) ?? '';
}

function prose(node: XmlNode): string {
  return proseOf(childrenOf(node));
}

function texts(node: XmlNode, tag: string): string[] {
  return childrenOf(node)
    .filter((child) => tagOf(child) === tag)
    .map(prose);
}

function text(node: XmlNode, tag: string): string | undefined {
  return texts(node, tag)[0];
}

/** The fields that have a value. */
function optional<K extends string>(
  fields: { readonly [key in K]: string | undefined },
): { [key in K]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [key in K]?: string;
  };
}
