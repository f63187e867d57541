import type { Filters, Language } from '../../config/config.ts';
import { holdsSecret } from '../../model/known-secrets.ts';
import type { ListedPlaybook } from '../../model/listed-playbook.ts';
import { isId } from '../../model/text.ts';
import { SecMasterError } from '../http/errors.ts';
import { inLanguage, parseCount, shownDetail } from './rows.ts';
import { type PlaybookRow, playbooksSchema } from './schema.ts';
import { maxPlaybookRequests, type PlaybookList } from './secmaster.ts';
import { readShortList, type ShortListEnd, type ShortListPage } from './short-list.ts';

/** The list of a workspace's playbooks (docs/secmaster-api.md#list-playbooks). */

export interface PlaybookPage extends ShortListPage {
  /** null: no object. */
  readonly rows: readonly (PlaybookRow | null)[];
}

/** Tried where SecMaster refuses 100 rows. */
const lowerLimits = [50, 10];

/** Playbooks that are kept of a list. */
export const maxListedPlaybooks = 2_000;

/** The body of a response, or null if it is something else, such as an error with the status 200. */
export function parsePlaybooks(body: unknown): PlaybookPage | null {
  const { data } = playbooksSchema.safeParse(body);
  if (data === undefined) return null;
  const count = parseCount(data.total);
  const rows = data.data ?? [];
  // An empty list must be one by its count, or SecMaster's answer to something else would take all playbooks away.
  if (isFailure(data.success) || (rows.length === 0 && (isErrorCode(data.code) || (!data.data && count === null))))
    return null;
  return { count, rows };
}

/** Reads the list to its end. Rows without an id that can be told from others, and those that the filters exclude, are left out. */
export async function readPlaybooks(
  readPage: (offset: number, limit: number) => Promise<PlaybookPage>,
  { language, filters }: { readonly language: Language; readonly filters: Filters },
): Promise<PlaybookList> {
  const lower = [...lowerLimits];
  let maxLimit = Number.POSITIVE_INFINITY;
  /** The greatest limit is not documented. */
  const readFitting = async (offset: number, limit: number): Promise<PlaybookPage> => {
    try {
      return await readPage(offset, Math.min(limit, maxLimit));
    } catch (error) {
      const isRefused = error instanceof SecMasterError && error.kind === 'bad_request' && offset === 0;
      const next = isRefused ? lower.shift() : undefined;
      if (next === undefined) throw error;
      maxLimit = next;
      return await readFitting(offset, limit);
    }
  };
  const found = new Map<string, ListedPlaybook>();
  let unreadable = 0;
  let end: ShortListEnd | null = null;
  const pages = readShortList(
    {
      readPage: async (offset, limit) => ({ ...(await readFitting(offset, limit)), offset }),
      ids: ({ rows, offset }) => rows.map((row, i) => idOf(row) ?? `?${offset + i}`),
      maxRequests: maxPlaybookRequests - lowerLimits.length,
    },
    { onEnd: (ended) => (end = ended) },
  );
  for await (const { rows } of pages) {
    for (const row of rows) {
      const id = idOf(row);
      if (row === null || id === null) unreadable++;
      else if (!found.has(id) && isWanted(row, id, filters)) found.set(id, parsePlaybook(row, id, language));
    }
    if (found.size > maxListedPlaybooks) break;
  }
  const playbooks = [...found.values()].slice(0, maxListedPlaybooks);
  const { isComplete, problem } = end ?? tooLong;
  return { playbooks, unreadable, isComplete, problem };
}

const tooLong = { isComplete: false, problem: `the list has more than ${maxListedPlaybooks} playbooks` };

function parsePlaybook(row: PlaybookRow, id: string, language: Language): ListedPlaybook {
  const english = row.name_en || row.en_name;
  const dataclass = { id: shownDetail(row.dataclass_id), name: shownDetail(row.dataclass_name) };
  return {
    playbookId: id,
    name: shownDetail(inLanguage(language, english, row.name)) ?? id,
    isEnabled: readSwitch(row.enabled),
    dataclass: dataclass.id === null && dataclass.name === null ? null : dataclass,
  };
}

function idOf(row: PlaybookRow | null): string | null {
  const id = row?.id;
  return id && isId(id) && !holdsSecret(id) ? id : null;
}

function isWanted({ dataclass_id: dataclassId }: PlaybookRow, id: string, filters: Filters): boolean {
  const passes = (wanted: readonly string[], value: string) => wanted.length === 0 || wanted.includes(value);
  return passes(filters.playbookId, id) && passes(filters.dataclassId, dataclassId ?? '');
}

/** A boolean, or what stands for one; null: neither. */
function readSwitch(value: unknown): boolean | null {
  if (typeof value === 'object') return null;
  const text = String(value).trim().toLowerCase();
  if (['true', '1', 'enabled'].includes(text)) return true;
  return ['false', '0', 'disabled'].includes(text) ? false : null;
}

function isFailure(success: unknown): boolean {
  return readSwitch(success) === false;
}

/** Whether a code names an error. Which codes mean success is not documented; 0 and 200 do elsewhere. */
function isErrorCode(code: unknown): boolean {
  return typeof code === 'string' || typeof code === 'number' ? !/^(\w+\.)?(0*|200)$/.test(String(code)) : false;
}
