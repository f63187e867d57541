/** Lines of the log for people and for programs that read logfmt, made of those in JSON. */

/** A line with all its fields, as pino writes it. */
interface LogLine {
  readonly level: string;
  /** ISO 8601. */
  readonly time: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** `time=2026-01-31T12:00:00.000Z level=info msg="poll failed" workspace=prod` */
export function logfmtLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as LogLine;
  return `${pairs({ time, level, msg, ...fields }, (value) => quoted(value, logfmtWord))}\n`;
}

export interface TextOptions {
  /** None: that of the machine. */
  readonly timeZone?: string;
  /** Such as in a colour. */
  readonly dress?: (level: string, text: string) => string;
}

/** Makes `2026-01-31 12:00:00 WARN poll failed workspace=prod`. */
export function createTextLines({ timeZone, dress = (_, text) => text }: TextOptions = {}): (json: string) => string {
  // In Sweden, dates and times are written in the order of ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  return (json) => {
    const { level, time, msg = '', ...fields } = JSON.parse(json) as LogLine;
    const rest = pairs(fields, (value) => quoted(value, textWord));
    const said = [dress(level, level.toUpperCase().padEnd(5)), printable(msg), rest].filter((part) => part !== '');
    return `${format.format(new Date(time))} ${said.join(' ')}\n`;
  };
}

function pairs(fields: object, shown: (value: string) => string): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.replaceAll(/[\s="\p{C}]+/gu, '_')}=${shown(asText(value))}`)
    .join(' ');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const logfmtWord = /^[^\s="\p{C}]+$/u;
/** Lists and objects can be read without quotes around them. */
const textWord = /^([^\s="\p{C}]+|[[{][^\p{C}]*[\]}])$/u;

function quoted(value: string, word: RegExp): string {
  return word.test(value) ? value : printable(JSON.stringify(value));
}

/** Without what moves a terminal's cursor, ends a line, or turns the direction of reading. */
function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
