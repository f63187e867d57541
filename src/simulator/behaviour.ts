/**
 * What the API document leaves open, one switch for each. The defaults are friendly: what a reader of the document would
 * expect. Any switch goes with any other, and all of them may be changed while the simulator runs.
 */
import { z } from 'zod';
import { dateForms } from '../model/profile.ts';
import { hostileNames } from './hostile-names.ts';

const whole = z.int().min(0);
const positive = z.int().min(1);
const honoured = z.enum(['honoured', 'ignored']).default('honoured');
const shown = z.enum(['shown', 'absent']).default('shown');

/** limit is "1 to 100" and offset "0 to 10,000": nothing says that a page is as long as its limit, or that pages join. */
const paging = z.strictObject({
  /** A page has no more rows, whatever limit says. */
  maxRows: positive.nullable().default(null),
  /** A larger limit is refused. */
  maxLimit: positive.max(1000).default(100),
  /** A larger offset is refused. */
  maxOffset: whole.default(10_000),
  /** A larger sum of offset and limit is refused, as a neighbouring API does at 10,000. */
  maxWindow: positive.nullable().default(null),
  /** Ignored: every page is the first one. */
  offset: honoured,
  /** The page with this number, from 1, is empty although there are rows. */
  emptyPage: z
    .strictObject({ page: positive, times: z.enum(['once', 'every-other-time', 'always']).default('once') })
    .nullable()
    .default(null),
  /** A page begins with so many rows of the page before it. */
  duplicateRows: whole.default(0),
  /** A page has so many rows more than were asked for. */
  extraRows: whole.max(1000).default(0),
});

/** sort_key and sort_dir are documented, what happens to rows of one time is not, nor that any call honours them. */
const order = z.strictObject({
  /** Ignored: always create_time. */
  sortKey: z.enum(['honoured', 'ignored', 'update-time-refused', 'refused']).default('honoured'),
  /** Ignored: always DESC. */
  sortDir: z.enum(['honoured', 'ignored', 'refused']).default('honoured'),
  /** As inserted, the oldest first, or at random at each request: whatever is asked for. */
  rows: z.enum(['sorted', 'as-inserted', 'random']).default('sorted'),
  /** Rows with the same sort key come in another order at each request. */
  ties: z.enum(['stable', 'shuffled']).default('stable'),
});

/** from_date and to_date are "start time" and "end time": no field, no form, no zone, no bounds. */
const dates = z.strictObject({
  /** Which time they limit; an instance without it is outside. Ignored: they limit nothing. */
  field: z.enum(['create', 'update', 'start', 'end', 'ignored']).default('create'),
  from: z.enum(['inclusive', 'exclusive']).default('inclusive'),
  to: z.enum(['inclusive', 'exclusive']).default('exclusive'),
  /** Where a date's time of day is: as its offset says; in UTC where it has a Z; always in UTC; always in GMT+8. */
  zone: z.enum(['as-written', 'z-is-utc', 'utc', 'gmt8']).default('as-written'),
  /** Dates are cut to it, and the bounds are the first and the last of such a second or day. */
  precision: z.enum(['millisecond', 'second', 'day-utc', 'day-gmt8']).default('millisecond'),
  /** The forms that are read; none: no date at all. */
  forms: z.array(z.enum(dateForms)).default(['…Z+0800', '…+08:00', '…Z']),
  otherForms: z.enum(['refused', 'ignored']).default('refused'),
});

/** No filter says how it compares. `documented`: a value that the document doesn't list is refused. */
const filter = z.enum(['honoured', 'ignored', 'refused', 'prefix', 'any-case', 'documented']).default('honoured');
const filters = z.strictObject({
  id: filter,
  name: filter,
  status: filter,
  trigger_type: filter,
  playbook_id: filter,
  workflow_id: filter,
  dataclass_id: filter,
  dataobject_id: filter,
  defence_id: filter,
});

/** count is the "number of workflow instances": of which, and how exactly, is open; it is optional in the SDKs. */
const count = z.strictObject({
  /** The rows that match, all rows whatever the filters, or those of the page. */
  of: z.enum(['matching', 'all', 'page']).default('matching'),
  cap: whole.nullable().default(null),
  /** Added to it. */
  offBy: z.int().default(0),
  /** By so much at the most it is too high or too low, otherwise at each request. */
  drift: whole.default(0),
  shown: z.enum(['number', 'absent', 'null', 'zero', 'text', 'minus-one', 'fraction']).default('number'),
});

/** Every field is optional in the SDKs, and the forms of times are known from examples alone. */
const rows = z.strictObject({
  /** How a value that there is none of is written. */
  nulls: z.enum(['null', 'absent', 'empty']).default('null'),
  /** Of statuses and trigger types. Filters go by the documented spelling all the same. */
  spelling: z.enum(['documented', 'lower']).default('documented'),
  times: z.enum(['…Z+0800', '…Z+0000', '…Z', '…+08:00']).default('…Z+0800'),
  milliseconds: shown,
  /** In each row, in a field of its own. */
  paddingBytes: whole.max(16_000_000).default(0),
  /** What a row says of its workflow. */
  workflow: z.enum(['shown', 'null', 'absent', 'empty', 'no-version', 'no-id', 'name-only', 'text']).default('shown'),
  dataclass: z.enum(['shown', 'null', 'absent', 'empty', 'no-id', 'name-only', 'text']).default('shown'),
  /** defense_id and dataobject_id. */
  objects: z.enum(['shown', 'null', 'absent', 'empty', 'number', 'long']).default('shown'),
  /** Of instances, playbooks, workflows, versions and data classes. */
  names: z.enum(['plain', ...hostileNames]).default('plain'),
  /** Whether the list carries each row's topology. */
  topology: z.enum(['shown', 'absent']).default('absent'),
});

/** What a retry does to the times is not documented. */
const retries = z.strictObject({
  startTime: z.enum(['kept', 'moved']).default('kept'),
  updateTime: z.enum(['kept', 'moved']).default('moved'),
});

/** Two replicas answer, either at random: nothing promises that they say the same. */
const replicas = z.strictObject({
  /** What the second shows otherwise: times by a millisecond, another spelling, other names; no playbook, no trigger type. */
  differIn: z
    .array(z.enum(['milliseconds', 'spelling', 'name', 'playbook-name', 'playbook', 'trigger-type']))
    .default([]),
  /** Each answer with such a number is of the past. */
  lagEvery: positive.nullable().default(null),
  lagMs: whole.default(60_000),
});

/** The Date header is HTTP's, and no promise of SecMaster. */
const time = z.strictObject({
  date: z.enum(['right', 'absent', 'iso', 'constant']).default('right'),
  offMs: z.int().default(0),
  /** Only the next so many answers are off; null: all. */
  offAnswers: positive.nullable().default(null),
});

/** Who may list workspaces is a permission of its own; an unknown id is documented with two statuses. */
const workspaces = z.strictObject({
  list: z.enum(['answered', 'refused']).default('answered'),
  offset: honoured,
  maxRows: positive.nullable().default(null),
  names: shown,
  /** 200: a list without rows. */
  unknownStatus: z.literal([403, 404, 400, 200]).default(403),
});

/** The list of playbooks is known from the SDKs alone, and so is every form in it; it is a permission of its own. */
const playbooks = z.strictObject({
  list: z.enum(['answered', 'refused', 'not-found']).default('answered'),
  /** Ignored: every page is the first one. As a page: it is the number of a page and not of a row. */
  offset: z.enum(['honoured', 'ignored', 'as-page']).default('honoured'),
  /** What the first page is called. */
  firstPage: z.literal([0, 1]).default(1),
  maxRows: positive.nullable().default(null),
  /** A larger limit is refused. */
  maxLimit: positive.max(1000).default(1000),
  /** `page`: the rows of the page; `off`: by three. */
  total: z.enum(['number', 'absent', 'null', 'zero', 'text', 'word', 'page', 'off']).default('number'),
  enabled: z
    .enum(['boolean', 'text', 'upper-case-text', 'number', 'number-text', 'word', 'null', 'absent'])
    .default('boolean'),
  names: z.enum(['shown', 'absent', 'null', 'empty', 'same', ...hostileNames]).default('shown'),
  /** Of every other row. */
  ids: z.enum(['shown', 'absent', 'null', 'empty', 'number', 'long', 'same']).default('shown'),
  dataclasses: z.enum(['shown', 'absent', 'null', 'empty']).default('shown'),
  /** Every other row is null, a number, a text or a list. */
  rows: z.enum(['objects', 'some-are-none']).default('objects'),
  data: z.enum(['rows', 'null', 'absent', 'object', 'text']).default('rows'),
});

/** What showInstance shows is documented, how much of it is not. */
const topology = z.strictObject({
  show: z.enum(['answered', 'refused', 'other-topology', 'other-instance']).default('answered'),
  /** In place of the true nodes. */
  failedNodes: whole.max(200_000).nullable().default(null),
  names: shown,
  paddingBytes: whole.max(64_000_000).default(0),
  /** Of a retried instance: the nodes of this attempt, or those of the earlier ones before them. */
  attempts: z.enum(['current', 'all']).default('current'),
  times: z.enum(['shown', 'null', 'absent', 'no-start', 'no-end', 'end-before-start', 'odd']).default('shown'),
  /** `running`: the last node is so in an instance that has ended; `odd`: a status that nobody documents. */
  status: z.enum(['true', 'running', 'odd', 'absent']).default('true'),
  /** Whether the first action is there a second time, at the end. */
  actions: z.enum(['once', 'twice']).default('once'),
  logs: z.enum(['nodes', 'null', 'absent', 'some-are-none']).default('nodes'),
});

/** SecMaster's own limits are not documented, nor is Retry-After. */
const load = z.strictObject({
  /** More requests in one second are answered with 429: of each workspace, and of the project's other calls. */
  perSecond: positive.nullable().default(null),
  retryAfter: z.enum(['absent', 'seconds', 'date']).default('absent'),
  /** Each page further down takes so much longer. */
  msPerPage: whole.default(0),
});

export const behaviourSchema = z.strictObject({
  paging: paging.prefault({}),
  order: order.prefault({}),
  dates: dates.prefault({}),
  filters: filters.prefault({}),
  count: count.prefault({}),
  rows: rows.prefault({}),
  retries: retries.prefault({}),
  replicas: replicas.prefault({}),
  time: time.prefault({}),
  workspaces: workspaces.prefault({}),
  playbooks: playbooks.prefault({}),
  topology: topology.prefault({}),
  load: load.prefault({}),
});

export type Behaviour = z.output<typeof behaviourSchema>;
/** Some switches; what is not among them stays as it is. */
export type BehaviourChange = z.input<typeof behaviourSchema>;

export const friendly: Behaviour = behaviourSchema.parse({});

/** The later one wins, switch by switch. Throws where a switch is unknown or its value is none. */
export function changed(behaviour: Behaviour, change: BehaviourChange): Behaviour {
  behaviourSchema.parse(change);
  return behaviourSchema.parse(merged(behaviour, change));
}

/** Both in one; of a switch that both have, the later one. */
export function merged(earlier: BehaviourChange, later: BehaviourChange): BehaviourChange {
  return {
    ...earlier,
    ...Object.fromEntries(
      Object.entries(later).map(([group, switches]) => [
        group,
        { ...earlier[group as keyof BehaviourChange], ...switches },
      ]),
    ),
  };
}
