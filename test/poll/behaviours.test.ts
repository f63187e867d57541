/** The same world on servers that behave in one unfriendly way each: whatever fails here is named by its switch. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { maxPollRequests } from '../../src/poll/bound.ts';
import { inForm } from '../support/form.ts';
import { eachSwitch } from '../support/world/behaviours.ts';
import { richWorld, settings } from '../support/world/rich-world.ts';
import { isTooMuch, liveUnkindly } from '../support/world/unkind-run.ts';
import { storyOf } from '../support/world/unkind-story.ts';

vi.setConfig({ testTimeout: 150_000 });

const maxRequests = (newInstances: number) => maxPollRequests + newInstances;

// On a clock that stands still nobody sleeps.
const rows = eachSwitch.filter(({ name }) => name !== 'load.msPerPage');
const groupOf = ({ name }: (typeof rows)[number]) => name.split('.')[0];
/** The first of each group. */
const firsts = rows.filter((row, i) => rows.findIndex((one) => groupOf(one) === groupOf(row)) === i);
/** Those that don't end with every counter true and a window that is complete. */
const given: string[] = [];

afterAll(() => {
  process.stdout.write(`not true and complete:${given.map((line) => `\n  ${line}`).join('') || ' none'}\n`);
});

describe.each(settings)('a server that behaves so $when', (setting) => {
  // In the short form one switch of each group comes at one of its values, in one setting.
  const shown = firsts.filter((_, i) => settings.at(-1 - (i % settings.length)) === setting);
  const chosen = inForm(shown, rows);

  test.each(chosen.map((row) => ({ ...row, text: JSON.stringify(row.value) })))(
    '$name $text: every counter is true in the end, or it is said that and why it may not be',
    async ({ name, text, change }) => {
      const world = richWorld(change, setting);
      const outcome = await liveUnkindly(world.plan, world.schedule, maxRequests);
      const { verdict, isComplete, polls } = outcome;
      const ended = `${verdict}, ${isComplete ? 'complete' : 'incomplete'}`;
      if (ended !== 'true, complete') given.push(`${name} ${text} ${setting.when}: ${ended}`);
      expect(verdict === 'silent' || polls.some(isTooMuch) ? storyOf(world, outcome) : '').toBe('');
    },
  );
});
