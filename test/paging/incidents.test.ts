import { describe, expect, test } from 'vitest';
import { incidentWorlds } from './incidents.ts';
import { quietWorlds } from './kinds.ts';
import { spanOf } from './world.ts';

const worlds = [...quietWorlds, ...incidentWorlds];
const all = worlds.flatMap((world) => world.incidents.map((incident) => ({ world, incident })));

test('there are six quiet kinds, and some forty incidents', () => {
  expect(quietWorlds).toHaveLength(6);
  expect(incidentWorlds.flatMap(({ incidents }) => incidents).length).toBeGreaterThanOrEqual(40);
  expect(new Set(worlds.map(({ name }) => name)).size).toBe(worlds.length);
});

describe.each(all)('$world.name: $incident.name', ({ world, incident }) => {
  test('concerns playbooks that are there, within four weeks', () => {
    const names = world.playbooks.map(({ name }) => name);
    if (incident.change !== undefined) expect(names).toEqual(expect.arrayContaining([...incident.playbooks]));
    expect(incident.fromDay + incident.hours / 24).toBeLessThanOrEqual(28);
  });

  test('is alone on its playbooks', () => {
    const span = spanOf(incident);
    const others = world.incidents.filter((one) => one !== incident && spanOf(one).untilMs > span.fromMs);
    const meanwhile = others.filter((one) => spanOf(one).fromMs < span.untilMs).flatMap(({ playbooks }) => playbooks);
    expect(meanwhile.filter((name) => incident.playbooks.includes(name))).toEqual([]);
  });

  test('names the alerts that tell of it, if any is wanted', () => {
    expect(incident.by.length > 0).toBe(incident.wants !== 'nothing');
  });
});
