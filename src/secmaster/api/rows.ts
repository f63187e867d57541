import type { Language } from '../../config/config.ts';
import { type Details, type Instance, keepsDetails, maxRetryCount, type Playbook } from '../../model/instance.ts';
import { scrub } from '../../model/known-secrets.ts';
import { canonicalStatus, canonicalTriggerType } from '../../model/status.ts';
import { labelText, maxIdLength } from '../../model/text.ts';
import { isPlausible, parseTime } from '../../model/time.ts';
import { badId, pageSchema, type Row, rowSchema, shownText } from './schema.ts';
import type { FilteredOutRow, Page, RejectedRow, RejectionReason, ShownInstance } from './secmaster.ts';
import { failedNodes, isTopologyOfAnother, timedNodes } from './topology.ts';

/**
 * The body of a list response as a page, or null if it is something else. A row that can't be understood is rejected by itself.
 * `isWanted` filters the others; null: all are wanted.
 */
export function parsePage(
  body: unknown,
  language: Language,
  isWanted: ((row: Row) => boolean) | null = null,
): Page | null {
  const page = pageSchema.safeParse(body);
  if (!page.success) return null;
  const instances: Instance[] = [];
  const rejected: RejectedRow[] = [];
  const filteredOut: FilteredOutRow[] = [];
  const ids: (string | null)[] = [];
  for (const raw of page.data.instances ?? []) {
    const parsed = parseRow(raw, language);
    ids.push('reason' in parsed ? parsed.id : parsed.instance.id);
    if ('reason' in parsed) rejected.push(parsed);
    else if (isWanted === null || isWanted(parsed.row)) instances.push(parsed.instance);
    else filteredOut.push({ ...parsed.instance, after: instances.length });
  }
  return { count: parseCount(page.data.count), ids, instances, filteredOut, rejected };
}

/** The body of a response about one instance, or null if it is something else. */
export function parseShown(
  body: unknown,
  language: Language,
  isWanted: ((row: Row) => boolean) | null = null,
): ShownInstance | null {
  const parsed = parseRow(body, language);
  if ('reason' in parsed) return null;
  const { row, instance } = parsed;
  const isOthers = isTopologyOfAnother(body, instance.id);
  return {
    ...instance,
    isWanted: isWanted === null || isWanted(row),
    failedNodes: failedNodes(body),
    timedNodes: timedNodes(body),
    ...(isOthers && { hasTopologyOfAnother: true }),
  };
}

interface ParsedRow {
  readonly row: Row;
  readonly instance: Instance;
}

function parseRow(raw: unknown, language: Language): ParsedRow | RejectedRow {
  if (!isRecord(raw)) return { id: null, reason: 'not_an_object' };
  const parsed = rowSchema.safeParse(raw);
  if (!parsed.success) return reject(raw, reasonFor(raw, parsed.error.issues[0]));
  const row = parsed.data;

  const startTimeMs = optionalTime(row.start_time);
  const endTimeMs = optionalTime(row.end_time);
  if (Number.isNaN(startTimeMs) || Number.isNaN(endTimeMs)) return reject(raw, 'bad_time');
  const retryCount = isAbsent(row.retry_count) ? 0 : wholeNumber(row.retry_count);
  if (retryCount === null || retryCount > maxRetryCount) return reject(raw, 'bad_retry_count');
  const status = canonicalStatus(row.status);
  const instance: Instance = {
    id: row.id,
    playbook: parsePlaybook(row.playbook, language),
    triggerType: canonicalTriggerType(row.trigger_type ?? ''),
    status,
    startTimeMs,
    endTimeMs,
    retryCount,
    details: parseDetails(row, language, keepsDetails({ status, endTimeMs })),
  };
  return { row, instance };
}

function parsePlaybook(playbook: Row['playbook'], language: Language): Playbook | null {
  if (isAbsent(playbook)) return null;
  const id = playbook.id || '';
  const name = inLanguage(language, playbook.en_name, playbook.name);
  return id === '' && !name ? null : { id, name: name || id };
}

/** Each run has another name and another object: looking through these texts takes longer than all else of its row. */
function parseDetails(
  { name, dataobject_id, defense_id, dataclass, workflow }: Row,
  language: Language,
  areKept: boolean,
): Details {
  return {
    name: areKept ? shownDetail(name) : null,
    dataobjectId: areKept ? shownDetail(dataobject_id) : null,
    defenseId: shownDetail(defense_id),
    dataclass: orNone({
      id: shownDetail(dataclass?.id),
      name: shownDetail(inLanguage(language, dataclass?.en_name, dataclass?.name)),
    }),
    workflow: orNone({
      id: shownDetail(workflow?.id),
      name: shownDetail(inLanguage(language, workflow?.name_en, workflow?.name)),
      version: shownDetail(workflow?.version),
      versionId: shownDetail(workflow?.version_id),
    }),
  };
}

/** The other one if SecMaster gives none in the configured language. */
export function inLanguage(language: Language, english: string | null | undefined, chinese: string | null | undefined) {
  return language === 'en' ? english || chinese : chinese || english;
}

/** Printable and short; null: SecMaster gives none. */
export function shownDetail(text: string | null | undefined): string | null {
  return isAbsent(text) ? null : shownText(text);
}

/** null if nothing is known of it. */
function orNone<T extends object>(known: T): T | null {
  return Object.values(known).every((value) => value === null) ? null : known;
}

/** More than SecMaster can hold; a larger count says nothing. */
const maxCount = 1e12;

/** SecMaster's count; some of its SDKs read a float, so `3.0` and "3" are taken as well. */
export function parseCount(count: unknown): number | null {
  const number = typeof count === 'number' || typeof count === 'string' ? wholeNumber(count) : null;
  return number === null || number > maxCount ? null : number;
}

function wholeNumber(value: number | string): number | null {
  if (typeof value === 'string' && !/^\d+$/.test(value)) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** NaN where the text is there, and is no time at which anything can have run. */
function optionalTime(text: string | null | undefined): number | null {
  if (isAbsent(text)) return null;
  const ms = parseTime(text) ?? Number.NaN;
  return isPlausible(ms) ? ms : Number.NaN;
}

const reasonByField: ReadonlyMap<PropertyKey | undefined, RejectionReason> = new Map([
  ['start_time', 'bad_time'],
  ['end_time', 'bad_time'],
  ['retry_count', 'bad_retry_count'],
]);

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function reasonFor(raw: Record<string, unknown>, issue: Issue | undefined): RejectionReason {
  const field = issue?.path[0];
  if (field === 'id' && isAbsent(raw.id)) return 'no_id';
  if (field === 'status' && isAbsent(raw.status)) return 'no_status';
  if (issue?.message === badId) return 'bad_id';
  return reasonByField.get(field) ?? 'bad_field';
}

/** Its id is only shown and told from others, and may be none that the ledger would take. */
function reject(raw: Record<string, unknown>, reason: RejectionReason): RejectedRow {
  const id = raw.id;
  return { id: typeof id === 'string' && id !== '' ? scrub(labelText(id, maxIdLength)) : null, reason };
}

function isAbsent(value: unknown): value is null | undefined | '' {
  return value === null || value === undefined || value === '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
