import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Path } from './problems.ts';

/** YAML text as plain values with their lines. Its faults have our own texts, because the library's quote the file. */
export interface YamlDocument {
  readonly value: unknown;
  /** The line of the key or list item, or of its nearest parent if it is missing. */
  lineOf(path: Path): number;
  readonly faults: readonly YamlFault[];
}

export interface YamlFault {
  readonly line: number | null;
  readonly message: string;
  /** Whether the rest of the document is reliable. */
  readonly isLocal: boolean;
}

export function parseYaml(text: string): YamlDocument {
  try {
    return read(text);
  } catch (error) {
    return { value: undefined, lineOf: () => 1, faults: [{ line: null, message: limitText(error), isLocal: false }] };
  }
}

function read(text: string): YamlDocument {
  const lines = new LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // The library compares each key with each other, which takes minutes for a file of many keys.
    uniqueKeys: false,
    // 'silent' would ignore a second document.
    logLevel: 'error',
  });
  const faults: YamlFault[] = [...document.errors, ...document.warnings].map((fault) => ({
    // For the end of the text, the parser points behind the last line.
    line: lineAt(Math.min(fault.pos[0], Math.max(0, text.trimEnd().length - 1))),
    message: faultTexts[fault.code] ?? 'this is not valid YAML',
    isLocal: false,
  }));
  const anchors = new Set<string>();
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
    },
    Map(_, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      const met = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (met.has(key.value))
          faults.push({ line: lineAt(key.range?.[0] ?? 0), message: 'this key is a duplicate', isLocal: true });
        met.add(key.value);
      }
    },
    Alias(_, alias) {
      if (anchors.has(alias.source)) return;
      faults.push({
        line: lineAt(alias.range?.[0] ?? 0),
        message: 'this alias (*) has no anchor (&) before it',
        isLocal: false,
      });
    },
  });
  const pairOf = createPairs();
  // One per line, because one error often causes more.
  const byLine = new Map(faults.toReversed().map((fault) => [fault.line, fault]));
  return {
    value: faults.every((fault) => fault.isLocal) ? document.toJS({ maxAliasCount }) : undefined,
    lineOf: (path) => lineAt(offsetOf(document, path, pairOf)),
    faults: [...byLine.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}

/** Many workspaces may share one anchor; nested aliases multiply far beyond this. */
const maxAliasCount = 10_000;

/** What yaml throws if a document exceeds its limits: ReferenceError for aliases, RangeError for the stack. */
function limitText(error: unknown): string {
  if (error instanceof ReferenceError) return 'the YAML has too many aliases';
  if (error instanceof RangeError) return 'the YAML is nested too deeply to be read';
  throw error;
}

/** The pair with a key; each mapping is indexed once, since a file may have a problem in every line. */
function createPairs(): (map: YAMLMap, step: PropertyKey) => Pair | undefined {
  const indexes = new Map<YAMLMap, Map<unknown, Pair>>();
  return (map, step) => {
    const known = indexes.get(map) ?? new Map(map.items.toReversed().map((pair) => [keyOf(pair), pair]));
    indexes.set(map, known);
    return known.get(step);
  };
}

function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? key.value : key;
}

function offsetOf(document: Document, path: Path, pairOf: ReturnType<typeof createPairs>): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    let place: unknown;
    if (isMap(node)) {
      const pair = pairOf(node, step);
      place = pair?.key;
      node = pair?.value;
    } else if (isSeq(node)) {
      place = node = node.items[Number(step)];
    }
    if (!isNode(place)) return offset;
    offset = place.range?.[0] ?? offset;
  }
  return offset;
}

const faultTexts: Readonly<Partial<Record<string, string>>> = {
  BAD_DIRECTIVE: 'this YAML directive (%) is unknown',
  BAD_DQ_ESCAPE: 'unknown backslash escape; in double quotes write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'wrong indentation, or a bracket is not closed',
  BAD_SCALAR_START: 'a value that begins with this character must be in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'wrong indentation, or a value that contains ": " must be in quotes',
  MISSING_CHAR: 'a character is missing: a colon, comma, quote or bracket',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing after a key',
  MULTIPLE_DOCS: 'only one YAML document (---) is allowed',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'the YAML is nested too deeply to be read',
  TAB_AS_INDENT: "a tab can't be used for indentation; use spaces",
  TAG_RESOLVE_FAILED: 'YAML tags (!) are not supported; put a value that begins with ! in quotes',
};
