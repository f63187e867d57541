import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Behaviour, friendly } from '../../../src/simulator/behaviour.ts';
import { createInstanceOrder } from '../../../src/simulator/instance-order.ts';
import { parseListQuery } from '../../../src/simulator/list/parse.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { createWorld, type World } from '../../../src/simulator/world.ts';
import { four, list } from './harness.ts';

describe('parameters out of their range', () => {
  test.each([
    ['offset=-1', '20030001'],
    ['offset=10001', '20030001'],
    ['offset=1.5', '20030001'],
    ['offset=1e3', '20030001'],
    ['offset=abc', '20030001'],
    ['offset=%201', '20030001'],
    ['limit=0', '20030001'],
    ['limit=101', '20030001'],
    ['limit=1000', '20030001'],
    ['limit=ten', '20030001'],
    ['sort_key=start_time', '20030009'],
    ['sort_key=CREATE_TIME', '20030009'],
    ['sort_dir=desc', '20030010'],
    ['sort_dir=DOWN', '20030010'],
    ['from_date=yesterday', '20030001'],
    ['from_date=2025-07-18', '20030001'],
    ['to_date=1752822664577', '20030001'],
    // A plus that was not encoded arrives as a space.
    ['from_date=2025-07-18T15:11:03.000Z+0800', '20030001'],
  ])('%s is error %s', (text, code) => {
    expect(parseListQuery(new URLSearchParams(text), friendly)).toMatchObject({
      problem: true,
      status: 400,
      shape: 'soc',
      code,
    });
  });

  test.each([
    'offset=0',
    'offset=10000',
    'limit=1',
    'limit=100',
    'limit=&offset=&status=&sort_key=&sort_dir=&from_date=&to_date=',
    'sort_key=create_time&sort_dir=ASC',
    'sort_key=update_time&sort_dir=DESC',
    'from_date=2025-07-18T15%3A11%3A03.000Z%2B0800&to_date=2025-07-18T15:11:03Z',
    'status=WHATEVER&trigger_type=NEW&unknown=1',
  ])('%s is fine', (text) => {
    expect(parseListQuery(new URLSearchParams(text), friendly)).not.toHaveProperty('problem');
  });
});

describe('filters', () => {
  test.each([
    ['', ['d', 'c', 'b', 'a']],
    ['id=b', ['b']],
    ['id=nobody', []],
    ['name=ZF-001', ['a']],
    ['name=ZF-', ['b', 'a']],
    ['name=zf-', []],
    ['workflow_id=w1', ['c']],
    ['dataobject_id=o1', ['c']],
    ['dataclass_id=class-alert', ['a']],
    ['playbook_id=p2', ['b']],
    ['defence_id=l1', ['d']],
    ['defense_id=l1', ['d', 'c', 'b', 'a']],
    ['status=RUNNING', ['d', 'c']],
    ['status=FAILED', ['a']],
    ['status=running', []],
    ['trigger_type=EVENT', ['c', 'a']],
    ['trigger_type=EVENT&status=RUNNING', ['c']],
    ['trigger_type=TIMER&status=RUNNING', []],
  ])('%s finds %j', (text, ids) => {
    expect(list(four(), text)).toEqual({ count: ids.length, ids });
  });

  test.each<[Behaviour['dates']['field'], string[]]>([
    ['create', ['b']],
    ['update', []],
    ['start', ['b']],
    ['end', []],
    ['ignored', ['a', 'b', 'c', 'd']],
  ])('from_date and to_date hold against %s', (field, ids) => {
    const range = 'from_date=1970-01-01T00:00:02Z&to_date=1970-01-01T00:00:03Z&sort_dir=ASC';
    expect(list(four(), range, { dates: { field } })).toEqual({ count: ids.length, ids });
  });

  test.each<[Behaviour['dates']['field'], string[]]>([
    ['create', []],
    ['update', ['a', 'b']],
    ['start', []],
    ['end', ['a', 'b']],
  ])('an instance without the time is outside: %s', (field, ids) => {
    const range = 'from_date=1970-01-01T00:00:05Z&to_date=1970-01-01T00:00:07Z&sort_dir=ASC';
    expect(list(four(), range, { dates: { field } }).ids).toEqual(ids);
  });

  test.each([
    ['from_date=1970-01-01T00:00:03Z', ['d', 'c']],
    ['to_date=1970-01-01T00:00:03Z', ['b', 'a']],
    ['from_date=1970-01-01T08:00:03.001Z%2B0800', ['d']],
    ['from_date=1970-01-01T00:00:03Z&to_date=1970-01-01T00:00:01Z', []],
  ])('%s finds %j', (text, ids) => {
    expect(list(four(), text).ids).toEqual(ids);
  });
});

describe('order and pages', () => {
  test.each([
    ['sort_key=create_time&sort_dir=ASC', ['a', 'b', 'c', 'd']],
    ['sort_key=create_time&sort_dir=DESC', ['d', 'c', 'b', 'a']],
    ['sort_key=update_time&sort_dir=ASC', ['d', 'a', 'b', 'c']],
    ['sort_key=update_time', ['c', 'b', 'a', 'd']],
    ['limit=2', ['d', 'c']],
    ['limit=2&offset=1', ['c', 'b']],
    ['limit=2&offset=3', ['a']],
    ['limit=2&offset=4', []],
    ['limit=2&offset=10000', []],
    ['limit=2&offset=1&sort_dir=ASC', ['b', 'c']],
    ['limit=2&offset=3&sort_dir=ASC', ['d']],
    ['limit=2&offset=9&sort_dir=ASC', []],
  ])('%s: %j', (text, ids) => {
    expect(list(four(), text)).toEqual({ count: 4, ids });
  });

  test('ten rows are a page unless another limit is asked for', () => {
    const world = createWorld();
    for (let n = 0; n < 12; n += 1) world.start(n);
    expect(list(world, '').ids).toHaveLength(10);
  });

  test('the count may be capped, the pages are not', () => {
    expect(list(four(), '', { count: { cap: 3 } })).toMatchObject({ count: 3, ids: ['d', 'c', 'b', 'a'] });
    expect(list(four(), 'status=RUNNING', { count: { cap: 3 } }).count).toBe(2);
  });

  test('the order follows every kind of change', () => {
    const world = four();
    const order = createInstanceOrder(world);
    const ids = () => order('update_time').map(({ id }) => id);
    expect(ids()).toEqual(['d', 'a', 'b', 'c']);
    world.retry('a', 8000);
    expect(ids()).toEqual(['d', 'b', 'c', 'a']);
    world.start(7500, { id: 'e' });
    expect(ids()).toEqual(['d', 'b', 'c', 'e', 'a']);
    world.remove('b', 9000);
    world.start(9000, { id: 'f' });
    world.remove('f', 9000);
    expect(ids()).toEqual(['d', 'c', 'e', 'a']);
    world.set('a', 9999, { updateTimeMs: 1 });
    expect(ids()).toEqual(['a', 'd', 'c', 'e']);
  });
});

describe('shuffled ties', () => {
  /** 40 instances of which each four have the same create_time. */
  function tied(): World {
    const world = createWorld();
    for (let n = 0; n < 40; n += 1) world.start(Math.floor(n / 4), { id: `i${n}` });
    return world;
  }
  const tieOf = (id: string) => Math.floor(Number(id.slice(1)) / 4);

  test.each([
    ['DESC', ['i32', 'i33', 'i34', 'i35']],
    ['ASC', ['i4', 'i5', 'i6', 'i7']],
  ])('rows of one time change places from request to request, also over the edge of a page: %s', (direction, tie) => {
    const [world, random] = [tied(), createRandom(1)];
    const text = `limit=6&sort_dir=${direction}`;
    const pages = Array.from({ length: 50 }, () => list(world, text, { order: { ties: 'shuffled' } }, random).ids);
    expect(new Set(pages.map((ids) => ids.join())).size).toBeGreaterThan(10);
    // The last two rows of the page are two of the four that share a time.
    expect(new Set(pages.flatMap((ids) => ids.slice(4)))).toEqual(new Set(tie));
  });

  test('without the option the order stays', () => {
    const [world, random] = [tied(), createRandom(1)];
    const pages = Array.from({ length: 5 }, () => list(world, 'limit=6', {}, random).ids.join());
    expect(new Set(pages).size).toBe(1);
  });

  test('the times of every page are those of the page without shuffling, and no row is there twice', () => {
    const world = tied();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 45 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom('ASC', 'DESC'),
        fc.integer(),
        (offset, limit, direction, seed) => {
          const text = `offset=${offset}&limit=${limit}&sort_dir=${direction}`;
          const straight = list(world, text).ids;
          const shuffled = list(world, text, { order: { ties: 'shuffled' } }, createRandom(seed)).ids;
          expect(shuffled.map(tieOf)).toEqual(straight.map(tieOf));
          expect(new Set(shuffled).size).toBe(shuffled.length);
        },
      ),
    );
  });
});

test('paging by any step meets every instance once while nothing changes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('create_time', 'update_time'),
      (times, limit, key) => {
        const world = createWorld();
        for (const time of times) world.start(time);
        const met: string[] = [];
        for (let offset = 0; offset < times.length; offset += limit) {
          met.push(...list(world, `limit=${limit}&offset=${offset}&sort_key=${key}`).ids);
        }
        expect(met.toSorted()).toEqual([...world.instances.keys()].toSorted());
      },
    ),
  );
});
