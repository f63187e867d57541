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
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Path } from './problems.ts';

/** YAML text as plain values with their lines. Its faults have the library's texts without what they quote of the file, and our hints. */
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
    message: faultText(fault),
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
          faults.push({
            line: lineAt(key.range?.[0] ?? 0),
            message: 'Map keys must be unique; remove this one or the one before',
            isLocal: true,
          });
        met.add(key.value);
      }
    },
    Alias(_, alias) {
      if (anchors.has(alias.source)) return;
      faults.push({
        line: lineAt(alias.range?.[0] ?? 0),
        message: 'Unresolved alias (the anchor must be set before the alias); put a value that begins with * in quotes',
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

/** The library's text first, then what to do about it. */
function faultText({ code, message }: YAMLError): string {
  const said = texts[code] ?? message.replace(/: .*/s, '');
  const hint = hints[code];
  return hint === undefined ? said : `${said}; ${hint}`;
}

type Texts = Readonly<Partial<Record<string, string>>>;

/** Where the library quotes the file, which may hold a secret, or speaks to programmers. */
const texts: Texts = {
  BAD_DIRECTIVE: 'Unknown directive',
  BAD_DQ_ESCAPE: 'Invalid escape sequence',
  MULTIPLE_DOCS: 'Source contains multiple documents',
  NON_STRING_KEY: 'All keys must be strings',
  RESOURCE_EXHAUSTION: 'the YAML is nested too deeply to be read',
  TAG_RESOLVE_FAILED: 'Unresolved tag',
};

const hints: Texts = {
  BAD_DIRECTIVE: 'put a value that begins with % in quotes',
  BAD_DQ_ESCAPE: 'in double quotes write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'check the indentation, and that every bracket is closed',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation, and put a value that contains ": " in quotes',
  MISSING_CHAR: 'check the colons, commas, quotes and brackets',
  MULTILINE_IMPLICIT_KEY: 'check that a colon follows each key',
  MULTIPLE_DOCS: 'remove --- and what belongs to another document',
  TAB_AS_INDENT: 'use spaces',
  TAG_RESOLVE_FAILED: 'put a value that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'check the indentation, the quotes and the brackets',
};
