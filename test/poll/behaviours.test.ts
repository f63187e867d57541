/** The same world on servers that behave in one unfriendly way each: whatever fails here is named by its switch. */
import { afterAll, describe, expect, test } from 'vitest';
import { maxPollRequests } from '../../src/poll/bound.ts';
import { inForm } from '../support/form.ts';
import { eachSwitch } from '../support/world/behaviours.ts';
import { richWorld, settings } from '../support/world/rich-world.ts';
import { isTooMuch, liveUnkindly } from '../support/world/unkind-run.ts';
import { storyOf } from '../support/world/unkind-story.ts';

const maxRequests = (newInstances: number) => maxPollRequests + newInstances;

// On a clock that stands still nobody sleeps.
const rows = eachSwitch.filter(({ name }) => name !== 'load.msPerPage');
/** Every seventh switch, at one of its values. */
const few = rows.filter(({ name }, i) => name !== rows[i - 1]?.name).filter((_, i) => i % 7 === 0);
/** Those that don't end with every counter true and a window that is complete. */
const given: string[] = [];

afterAll(() => {
  process.stdout.write(`not true and complete:${given.map((line) => `\n  ${line}`).join('') || ' none'}\n`);
});

describe.each(settings)('a server that behaves so $when', (setting) => {
  const inTurn = few.filter((_, i) => settings[i % settings.length] === setting);
  const chosen = inForm(inTurn, rows);

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
