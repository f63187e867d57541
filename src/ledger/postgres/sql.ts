import type { Queries } from './database.ts';

/** A statement, or a piece of one, with its values. */
export class Sql {
  /** One more than values, which stand in between. */
  readonly text: readonly string[];
  readonly values: readonly unknown[];

  constructor(text: readonly string[], values: readonly unknown[]) {
    this.text = text;
    this.values = values;
  }

  run<Row>(queries: Queries): Promise<Row[]> {
    const text = this.text.map((piece, i) => (i === 0 ? piece : `$${i}${piece}`)).join('');
    return queries.rows<Row>(text, ...this.values);
  }
}

/** A statement as a template: a value becomes a parameter, a piece of another statement a part of this one. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  return values.reduce<Sql>(
    (before, value, i) => {
      const after = strings[i + 1] ?? '';
      const piece = value instanceof Sql ? value : new Sql(['', ''], [value]);
      return joined(joined(before, piece), new Sql([after], []));
    },
    new Sql([strings[0] ?? ''], []),
  );
}

/** Text of our own, such as a column's name. */
export function raw(text: string): Sql {
  return new Sql([text], []);
}

function joined(a: Sql, b: Sql): Sql {
  const [first = '', ...rest] = b.text;
  return new Sql([...a.text.slice(0, -1), `${a.text.at(-1) ?? ''}${first}`, ...rest], [...a.values, ...b.values]);
}

export function list(pieces: readonly Sql[], separator = ', '): Sql {
  return pieces.reduce((all, piece) => joined(joined(all, raw(separator)), piece));
}

/** Writes with one statement what many would. Each must write other rows, and reads what was there before all of them. */
export async function runAsOne(statements: readonly Sql[], queries: Queries): Promise<void> {
  const [first] = statements;
  if (first === undefined) return;
  const parts = statements.map((statement, i) => sql`${raw(`part_${i}`)} AS (${statement})`);
  const all = statements.length === 1 ? first : sql`WITH ${list(parts)} SELECT`;
  await all.run(queries);
}

/** `json` is text that can't hold what PostgreSQL's can't. */
type Type = 'bigint' | 'boolean' | 'double precision' | 'json' | 'text';

/** Rows as a table `given`: an array for each column. */
export function given<Row extends object>(rows: readonly Row[], types: { readonly [K in keyof Row]: Type }): Sql {
  const columns = Object.entries<Type>(types);
  const arrays = columns.map(([name, type]) => {
    const values = rows.map((row) => {
      const value = row[name as keyof Row];
      return type === 'text' && typeof value === 'string' ? toText(value) : value;
    });
    return sql`${values}${raw(type === 'json' ? '::text[]' : `::${type}[]`)}`;
  });
  return sql`unnest(${list(arrays)}) AS given (${raw(columns.map(([name]) => name).join(', '))})`;
}

/**
 * Text that is written into a column, with the escapes of JSON: PostgreSQL's text can hold neither a NUL nor half of a surrogate pair.
 * Most texts stay as they are.
 */
export function toText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Text that was read from such a column. */
export function fromText(text: string): string {
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}
