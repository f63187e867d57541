import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '..', '..', '.github', 'ISSUE_TEMPLATE');
const forms = readdirSync(folder).filter((name) => name !== 'config.yml');
const kinds = new Set(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes']);

test.each(forms)('%s is a form with a name, a description and labelled questions', (name) => {
  const form = parse(readFileSync(join(folder, name), 'utf8'));
  expect(Object.keys(form)).toEqual(['name', 'description', 'labels', 'body']);
  const ids = new Set();
  for (const { type, id, attributes } of form.body) {
    expect(kinds).toContain(type);
    if (type === 'markdown') continue;
    expect(attributes.label).toMatch(/\S/);
    expect(ids).not.toContain(id);
    ids.add(id);
  }
  expect(form.body.some((one: { validations?: { required?: boolean } }) => one.validations?.required)).toBe(true);
});
