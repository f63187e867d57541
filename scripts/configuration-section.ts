import { declaredKeys } from '../src/config/declared-keys.ts';
import { table } from './sections.ts';

/** The keys of docs/configuration.md, from their declarations. */
export function configurationSection(): string {
  return table(
    ['key', 'value', 'default', 'meaning', 'environment variable'],
    declaredKeys().map(({ path, values, default: value, isRequired, meaning, variable }) => [
      `\`${path}\``,
      values,
      value === undefined ? (isRequired ? 'required' : '') : `\`${JSON.stringify(value)}\``,
      meaning,
      variable === null ? '' : `\`${variable}\``,
    ]),
  );
}
