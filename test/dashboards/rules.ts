/** What we ask of our dashboards. Each rule gives the places that break it, in words. */
import {
  type Dashboard,
  type FieldConfig,
  type Panel,
  type RowPanel,
  VariableHide,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { palette, unknown } from '../../dashboards/src/colours.ts';
import { runbooks, runbookUrl, uids } from '../../dashboards/src/links.ts';
import { placeholder } from '../../dashboards/src/placeholder.ts';
import { panelsOf, targetsOf } from './asked.ts';

type Rule = (dashboard: Dashboard) => string[];

const ofPanels =
  (broken: (panel: Panel) => boolean): Rule =>
  (dashboard) =>
    panelsOf(dashboard).filter(broken).map(nameOf);
const ofTargets =
  (broken: (target: ReturnType<typeof targetsOf>[number], panel: Panel) => boolean): Rule =>
  (dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      targetsOf(panel)
        .filter((target) => broken(target, panel))
        .map((target) => `${nameOf(panel)}, query ${target.refId}`),
    );
const nameOf = ({ id, title }: Panel | RowPanel) => title ?? `panel ${id}`;
const twice = (values: readonly unknown[]) =>
  values.filter((value, index) => values.indexOf(value) < index).map(String);
const isSentence = (text = '') => /^[A-Z].{15,}\.$/.test(text);

/** Every object of the JSON, with the key that it stands under. */
function* objects(value: unknown, key = ''): Generator<readonly [key: string, object: Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [key, value as Record<string, unknown>];
  for (const [name, inner] of Object.entries(value)) yield* objects(inner, Array.isArray(value) ? key : name);
}

/** The ranges of a query's range selectors and subqueries. */
const rangesOf = (expr: string) => [...expr.matchAll(/\[([^\]]*)\]/g)].map(([, range]) => range ?? '');
const graphs = ['timeseries', 'heatmap'];

const isOverlap = (a: Panel | RowPanel, b: Panel | RowPanel) => {
  const [p, q] = [a.gridPos, b.gridPos];
  if (p === undefined || q === undefined) return false;
  return p.x < q.x + q.w && q.x < p.x + p.w && p.y < q.y + q.h && q.y < p.y + p.h;
};

/** The options of a panel's fields: for all of them, and for each that differs. */
const configurations = ({ fieldConfig }: Panel): FieldConfig[] => [
  fieldConfig?.defaults ?? {},
  ...(fieldConfig?.overrides ?? []).map(({ properties }) =>
    Object.fromEntries(properties.map(({ id, value }) => [id, value])),
  ),
];
const judges = ({ thresholds, mappings = [] }: FieldConfig) =>
  thresholds !== undefined &&
  !mappings.some(({ type, options }) => type === 'special' && options.result.color === unknown);

const urlsOf = (dashboard: Dashboard) =>
  [...objects(dashboard)].map(([, { url }]) => url).filter((url) => typeof url === 'string');
const isOurs = (url: string) =>
  new RegExp(`^/d/(${Object.values(uids).join('|')})(\\?|$)`).test(url) ||
  url === runbooks ||
  url === runbookUrl(placeholder('__value.raw')) ||
  url === runbookUrl(/SecMaster\w+/.exec(url)?.[0] ?? '');

export const rules: Readonly<Record<string, Rule>> = {
  'a dashboard has a title, a description, our tag, a time and a refresh': ({
    title,
    description,
    tags,
    time,
    refresh,
  }) => (title && description && tags?.includes('secmaster') && time?.to === 'now' && refresh ? [] : ['dashboard']),
  'a uid is one of those that links know': ({ uid = '' }) => (Object.values(uids).includes(uid) ? [] : [uid]),
  'the schema is the last of the classic ones': ({ schemaVersion }) =>
    schemaVersion === 42 ? [] : [`${schemaVersion}`],
  'every panel has an id, and no other has it': ({ panels = [] }) => [
    ...panels.filter(({ id }) => !Number.isInteger(id)).map(nameOf),
    ...twice(panels.map(({ id }) => id)),
  ],
  'every panel has a title, and no other has it': ({ panels = [] }) => [
    ...panels.filter(({ title }) => !title).map(({ id }) => `panel ${id}`),
    ...twice(panels.map(({ title }) => title)),
  ],
  'every panel is described in a sentence': ofPanels(({ description }) => !isSentence(description)),
  'every panel has a unit': ofPanels(({ fieldConfig }) => !fieldConfig?.defaults.unit),
  'every panel says what no data means': ofPanels(({ fieldConfig }) => !fieldConfig?.defaults.noValue),
  'panels are of the kinds that every Grafana brings': ofPanels(
    ({ type }) => !['stat', 'timeseries', 'heatmap', 'bargauge', 'table'].includes(type),
  ),
  'every panel asks something, each query under a letter of its own': ofPanels((panel) => {
    const letters = targetsOf(panel).map(({ refId }) => refId);
    return letters.length === 0 || letters.includes(undefined) || twice(letters).length > 0;
  }),
  'there is a variable for the data source': ({ templating: { list = [] } }) =>
    list[0]?.type === 'datasource' && list[0].name === 'datasource' && list[0].query === 'prometheus'
      ? []
      : ['variables'],
  'everything that asks says whom, and nothing knows a data source by its uid': (dashboard) => [
    ...ofPanels(({ datasource }) => datasource === undefined)(dashboard),
    ...ofTargets(({ datasource }) => datasource === undefined)(dashboard),
    ...[...objects(dashboard)]
      .filter(([key, { uid }]) => key === 'datasource' && uid !== placeholder('datasource'))
      .map(([key]) => key),
  ],
  'variables with several values know what all of them are': ({ templating: { list = [] } }) =>
    list
      .filter(
        ({ type, hide, includeAll, allValue, multi }) =>
          type === 'query' && hide !== VariableHide.HideVariable && !(includeAll && multi && allValue === '.*'),
      )
      .map(({ name }) => name),
  'what nobody chooses is out of sight, and nothing else is': ({ templating: { list = [] } }) =>
    list
      .filter(({ name, hide }) => name.startsWith('runbooks') !== (hide === VariableHide.HideVariable))
      .map(({ name }) => name),
  'every series of a graph or a list of bars has a name': ofTargets(
    ({ legendFormat = '' }, { type }) => type !== 'table' && (legendFormat === '' || legendFormat === '__auto'),
  ),
  'every graph shows its legend': ofPanels(
    ({ type, options }) =>
      type === 'timeseries' && (options.legend.showLegend !== true || options.legend.displayMode === 'hidden'),
  ),
  'graphs ask for each point, all others for one': ofTargets(({ range = false, instant = false }, { type }) =>
    graphs.includes(type) ? !range || instant : range || !instant,
  ),
  'graphs look back over $__rate_interval and nothing else': ofTargets(
    ({ expr }, { type }) => graphs.includes(type) && rangesOf(expr).some((range) => range !== '$__rate_interval'),
  ),
  'single values look back over a time that the zoom does not change, or over what is shown': ofTargets(
    ({ expr }, { type }) =>
      !graphs.includes(type) && rangesOf(expr).some((range) => !/^(\d+[mhdw](:\d+m)?|\$__range)$/.test(range)),
  ),
  'no panel lies on another, or beyond the 24 columns': ({ panels = [] }) => [
    ...panels.filter(({ gridPos }) => gridPos === undefined || gridPos.x < 0 || gridPos.x + gridPos.w > 24).map(nameOf),
    ...panels.filter((panel, index) => panels.slice(0, index).some((other) => isOverlap(panel, other))).map(nameOf),
  ],
  'panels are wide enough for a laptop and high enough to read': ofPanels(
    ({ gridPos }) => gridPos === undefined || gridPos.w < 6 || gridPos.h < 4,
  ),
  'colours are those that stay apart for the colour-blind': (dashboard) =>
    [...objects(dashboard)]
      .flatMap(([, { color, fixedColor, iconColor }]) => [color, fixedColor, iconColor])
      .filter((colour) => typeof colour === 'string' && !palette.includes(colour))
      .map(String),
  'graphs colour series without a meaning in shades, not in a palette with red and green': ofPanels(
    ({ type, fieldConfig }) => type === 'timeseries' && fieldConfig?.defaults.color?.mode !== 'shades',
  ),
  'what has thresholds says in a colour of its own that there is no data': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ type }) => type === 'stat' || type === 'table')
      .flatMap((panel) =>
        configurations(panel)
          .filter(judges)
          .map(() => nameOf(panel)),
      ),
  'links lead to our dashboards and runbooks': (dashboard) =>
    urlsOf(dashboard).filter((url) => url !== '' && !isOurs(url)),
  'a dashboard links to the others and to the runbooks': ({ links = [] }) =>
    links.some(({ type, tags }) => type === 'dashboards' && tags.includes('secmaster')) &&
    links.some(({ url }) => url === runbooks)
      ? []
      : ['links'],
  'links and marks are in sight, not in a menu': ({ links = [], annotations: { list = [] } }) =>
    [...links, ...list].some(({ placement }) => placement !== undefined) ? ['links or annotations'] : [],
  'alerts are marked on the graphs': ({ annotations: { list = [] } }) =>
    list.some(({ enable, expr }) => enable && expr?.startsWith('ALERTS{')) ? [] : ['annotations'],
};

export function lint(dashboard: Dashboard): { rule: string; where: string[] }[] {
  return Object.entries(rules)
    .map(([rule, check]) => ({ rule, where: check(dashboard) }))
    .filter(({ where }) => where.length > 0);
}
