import { sourceOf, type View, viewsOf } from './decoded-views.ts';

/**
 * Finds secrets in a text in whatever form they come: in another case, escaped, in base64 at any alignment, in hexadecimal digits, as
 * a list of bytes, broken by white space, and parts of them.
 */
export interface SecretFinder {
  /** @param shown what a text has instead */
  add(secret: string, shown: string): void;
  /** The text with something else instead of each secret. */
  scrub(text: string): string;
  /** Whether it holds so much of a secret that this can't be by chance. */
  isFoundIn(text: string): boolean;
}

/** A part this long gives a secret away; of a shorter secret, the whole. */
const leastPart = 12;
/** Each character of base64 tells three quarters of a byte. */
const leastBase64 = 16;
/** So that an id which holds a short password by chance is no secret. */
const leastByChance = 8;
/** They begin so close together that every part that gives a secret away holds one of them whole. */
const gramLength = 9;
/** Of a token of thousands of characters, the middle is only found in longer parts. */
const edge = 256;
const middleStride = 64;
/** Lists of bytes, and UTF-16, are only known of keys and passwords: those of a thousand tokens would take hundreds of megabytes. */
const longestListed = 512;
/** How often what encodes a secret may itself be encoded. */
const maxDepth = 2;

/** One way to write a secret, in lower case. */
interface Form {
  readonly text: string;
  readonly least: number;
  readonly shown: string;
}

interface Place {
  readonly form: Form;
  readonly at: number;
}

interface Found {
  readonly first: number;
  readonly end: number;
  readonly shown: string;
}

/** Whether a text is secret enough to be told from other words. */
export function isTelling(secret: string): boolean {
  return secret.length >= leastByChance || (secret.length >= 5 && /\d/.test(secret) && /\D/.test(secret));
}

export function createSecretFinder(): SecretFinder {
  const grams = new Map<string, Place[]>();
  const short: Form[] = [];

  function addForm(text: string, least: number, shown: string): void {
    const form = { text: folded(text), least: Math.min(least, text.length), shown };
    if (form.text.length < leastPart) {
      short.push(form);
      return;
    }
    for (let at = 0; at + gramLength <= form.text.length; at += stepAt(at, form)) {
      const gram = form.text.slice(at, at + gramLength);
      const places = grams.get(gram);
      if (places === undefined) grams.set(gram, [{ form, at }]);
      else if (!places.some((place) => place.form === form)) places.push({ form, at });
    }
  }

  function addBytes(bytes: Buffer, shown: string): void {
    addForm(bytes.toString('hex'), 2 * leastPart, shown);
    for (const text of base64Forms(bytes)) addForm(text, leastBase64, shown);
  }

  function* found({ text: given }: View): Generator<Found> {
    const text = folded(given);
    for (const { text: whole, shown } of short)
      for (let at = text.indexOf(whole); at >= 0; at = text.indexOf(whole, at + 1))
        yield { first: at, end: at + whole.length, shown };
    for (let i = 0; i + gramLength <= text.length; i++) {
      let reached = i;
      for (const { form, at } of grams.get(text.slice(i, i + gramLength)) ?? []) {
        const [first, end] = extended(text, i, form.text, at);
        if (end - first < form.least) continue;
        yield { first, end, shown: form.shown };
        reached = Math.max(reached, end - gramLength);
      }
      i = reached;
    }
  }

  /** Runs that stand for other bytes, and hold a secret then. */
  function* foundEncoded({ text }: View, depth: number): Generator<Found> {
    if (depth >= maxDepth) return;
    for (const { bytes, at, perByte } of decodings(text)) {
      const place = (byte: number) => at + byte * perByte;
      // What is encoded otherwise is known as a form.
      for (const { 0: run, index } of bytes.matchAll(/[\t\n\r -~]{8,}/g))
        for (const { first, end, shown } of marksIn(run, depth + 1))
          yield { first: Math.floor(place(index + first)), end: Math.ceil(place(index + end)), shown };
    }
  }

  function marksIn(text: string, depth: number): Found[] {
    const marks: Found[] = [];
    for (const view of viewsOf(text)) {
      for (const { first, end, shown } of [...found(view), ...foundEncoded(view, depth)]) {
        const [from, to] = sourceOf(view, first, end);
        marks.push({ first: from, end: to, shown });
      }
    }
    return marks;
  }

  const isEmpty = () => grams.size === 0 && short.length === 0;

  return {
    add(secret, shown) {
      for (const text of writings(secret)) addForm(text, leastPart, shown);
      addBytes(Buffer.from(secret), shown);
      if (secret.length > longestListed) return;
      addBytes(Buffer.from(secret, 'utf16le'), shown);
      for (const text of byteLists(secret)) addForm(text, 3 * leastPart - 1, shown);
    },
    scrub(text) {
      if (isEmpty()) return text;
      return replaced(text, marksIn(text, 0));
    },
    isFoundIn: (text) => !isEmpty() && marksIn(text, 0).some(({ first, end }) => end - first >= leastByChance),
  };
}

function stepAt(at: number, { text, least }: Form): number {
  return at < edge || at > text.length - edge ? least - gramLength + 1 : middleStride;
}

/** As long as it was: `İ` would become two units. */
function folded(text: string): string {
  return text.replaceAll('\u0130', 'i').toLowerCase();
}

/** The longest part around two equal places. */
function extended(text: string, i: number, form: string, at: number): readonly [number, number] {
  let [first, end] = [0, gramLength];
  while (at - first > 0 && i - first > 0 && text[i - first - 1] === form[at - first - 1]) first++;
  while (i + end < text.length && at + end < form.length && text[i + end] === form[at + end]) end++;
  return [i - first, i + end];
}

/** A secret as texts are looked at: what looks like an escape in it may have been undone or not. */
function writings(secret: string): Set<string> {
  const bytes = Buffer.from(secret).toString('latin1');
  const all = [secret, bytes, secret.replaceAll(' ', '+')];
  return new Set(all.flatMap((one) => viewsOf(one).map(({ text }) => text)).filter((text) => text !== ''));
}

/** What is sure of its base64 within that of something longer, in each of the three places where it may begin. */
function base64Forms(secret: Buffer): Set<string> {
  const forms = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), secret]);
    const sure = Math.floor((bytes.length * 4) / 3);
    const text = bytes.toString('base64').slice(Math.ceil((before * 4) / 3), sure);
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return new Set(forms.filter((text) => text.length >= leastByChance));
}

/** Its bytes one after the other, as texts are looked at: without white space. */
function byteLists(secret: string): string[] {
  const bytes = [...Buffer.from(secret)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  return [bytes.join(','), hex.join(':'), hex.join('-'), hex.join(',0x')];
}

interface Decoding {
  readonly bytes: string;
  /** Where they begin in the text, and how many characters stand for one. */
  readonly at: number;
  readonly perByte: number;
}

/** What runs of characters may stand for. Their neighbours may belong to them or not, so each place where they may begin is tried. */
function* decodings(text: string): Generator<Decoding> {
  for (const { 0: run, index } of text.matchAll(/[0-9a-f]{10,}/gi))
    for (const skip of [0, 1])
      yield { bytes: Buffer.from(run.slice(skip), 'hex').toString('latin1'), at: index + skip, perByte: 2 };
  // Both alphabets are read.
  for (const { 0: run, index } of text.matchAll(/[a-z0-9+/_-]{11,}/gi))
    for (const skip of [0, 1, 2, 3])
      yield { bytes: Buffer.from(run.slice(skip), 'base64').toString('latin1'), at: index + skip, perByte: 4 / 3 };
}

function replaced(text: string, marks: readonly Found[]): string {
  if (marks.length === 0) return text;
  let result = '';
  let at = 0;
  for (const mark of marks.toSorted((a, b) => a.first - b.first || b.end - a.end)) {
    if (mark.first >= at) result += text.slice(at, mark.first) + mark.shown;
    at = Math.max(at, mark.end);
  }
  return result + text.slice(at);
}
