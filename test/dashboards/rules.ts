/** What we ask of our dashboards. Each rule gives the places that break it, in words. */
import {
  type Dashboard,
  type FieldConfig,
  type Panel,
  type RowPanel,
  VariableHide,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { allowed, nothingToSay, statusColours, unknown } from '../../dashboards/src/colours.ts';
import { runbooks, runbookUrl, statusPage, uids } from '../../dashboards/src/links.ts';
import { placeholder } from '../../dashboards/src/placeholder.ts';
import { durationMs } from '../paging/duration.ts';
import { isRow, panelsOf, targetsOf } from './asked.ts';
import { contrast, textOn } from './contrast.ts';

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
const withRows = (dashboard: Dashboard) => [...(dashboard.panels ?? []).filter(isRow), ...panelsOf(dashboard)];
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
const graphs = ['timeseries', 'heatmap', 'status-history'];

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
/** Whether a colour says that a value is good or bad. */
const isJudged = ({ thresholds }: FieldConfig) => (thresholds?.steps.length ?? 0) > 1;
const saysNothing = ({ mappings = [] }: FieldConfig) =>
  mappings.some(
    ({ type, options }) => type === 'special' && [unknown, nothingToSay].includes(options.result.color ?? ''),
  );
const option = (configuration: FieldConfig, id: string) => (configuration as Record<string, unknown>)[id];

/** The width of a column of Grafana's grid on a screen of 1440 pixels, beside Grafana's menu. */
const columnPixels = (1440 - 300 - 2 * 16) / 24;
const widthOf = ({ gridPos }: Panel) => (gridPos?.w ?? 0) * columnPixels;
const padding = 18;
/** Of a letter in a title, and of each icon behind it: for the description, and for links. */
const titlePixels = { letter: 7.4, icon: 43 };
const titleOf = ({ title = '', links = [] }: Panel) =>
  title.length * titlePixels.letter + titlePixels.icon * (links.length > 0 ? 2 : 1);
/** Of a letter in the head of a column, and beside it. */
const headPixels = { letter: 7.8, beside: 22 };
/** Grafana's least width of a column that has none of its own. */
const leastName = 150;
/** What the columns of a table take: so much as is set, or as they need at least. */
const widthsOf = ({ fieldConfig, transformations = [] }: Panel) => {
  const titles: string[] = transformations.flatMap(
    ({ options }) => Object.values(options.renameByName ?? {}) as string[],
  );
  const widthOfColumn = (title: string) =>
    fieldConfig?.overrides
      .find(({ matcher }) => matcher.options === title)
      ?.properties.find(({ id }) => id === 'custom.width')?.value ?? leastName;
  return titles.map((title) => [title, Number(widthOfColumn(title))] as const);
};
const isReadable = (colour: string) => /^#/.test(colour) && contrast(textOn(colour), colour) >= 4.5;

/** Backgrounds, on which Grafana writes. */
function* backgrounds(panel: Panel): Generator<string> {
  for (const configuration of configurations(panel)) {
    const { thresholds, mappings = [] } = configuration;
    const cell = option(configuration, 'custom.cellOptions') as { type?: string } | undefined;
    const isOn = panel.type === 'stat' ? panel.options.colorMode !== 'none' : cell?.type === 'color-background';
    if (!isOn && panel.type !== 'status-history') continue;
    for (const { color } of thresholds?.steps ?? []) yield color;
    for (const { options } of mappings)
      for (const [, { color }] of objects(options)) if (typeof color === 'string') yield color;
  }
}

const urlsOf = (dashboard: Dashboard) =>
  [...objects(dashboard)].map(([, { url }]) => url).filter((url) => typeof url === 'string');
const isOurs = (url: string) =>
  new RegExp(`^/d/(${Object.values(uids).join('|')})(\\?|$)`).test(url) ||
  url === runbooks ||
  [statusPage, `${statusPage}#failed`, `${statusPage}#open`].includes(url) ||
  url === runbookUrl(`SecMaster${placeholder('__value.text:percentencode')}`) ||
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
  'every panel has an id, and no other has it': (dashboard) => [
    ...withRows(dashboard)
      .filter(({ id }) => !Number.isInteger(id))
      .map(nameOf),
    ...twice(withRows(dashboard).map(({ id }) => id)),
  ],
  'every panel has a title, and no other has it': (dashboard) => [
    ...withRows(dashboard)
      .filter(({ title }) => !title)
      .map(({ id }) => `panel ${id}`),
    ...twice(withRows(dashboard).map(({ title }) => title)),
  ],
  'every panel is described in a sentence': ofPanels(({ description }) => !isSentence(description)),
  'every panel has a unit': ofPanels(({ fieldConfig }) => !fieldConfig?.defaults.unit),
  'every panel says what no data means': ofPanels(({ fieldConfig }) => !fieldConfig?.defaults.noValue),
  // A bar gauge loses its name where it has one series, and is a huge empty bar where it has none: a table's bars do not.
  'panels are of the kinds that every Grafana brings, and none is a bar gauge': ofPanels(
    ({ type }) => !['stat', 'timeseries', 'heatmap', 'status-history', 'table'].includes(type),
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
      .filter(({ name, hide }) => /^(runbooks|page)/.test(name) !== (hide === VariableHide.HideVariable))
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
      !graphs.includes(type) && rangesOf(expr).some((range) => !/^(\d+[mhdw]|\$__range)(:5m)?$/.test(range)),
  ),
  'no panel lies on another, or beyond the 24 columns': (dashboard) => {
    const folded = (dashboard.panels ?? []).filter(isRow).map(({ panels }) => panels);
    return [dashboard.panels ?? [], ...folded].flatMap((panels) => [
      ...panels
        .filter(({ gridPos }) => gridPos === undefined || gridPos.x < 0 || gridPos.x + gridPos.w > 24)
        .map(nameOf),
      ...panels.filter((panel, index) => panels.slice(0, index).some((other) => isOverlap(panel, other))).map(nameOf),
    ]);
  },
  'panels are wide enough for a laptop and high enough to read': ofPanels(
    ({ type, gridPos }) =>
      gridPos === undefined || (type === 'stat' ? gridPos.w < 4 || gridPos.h < 3 : gridPos.w < 6 || gridPos.h < 4),
  ),
  'titles are not cut on a laptop, beside the menu': ofPanels((panel) => titleOf(panel) + padding > widthOf(panel)),
  'columns leave room for names on a laptop, beside the menu': ofPanels(
    (panel) =>
      panel.type === 'table' && widthsOf(panel).reduce((sum, [, width]) => sum + width, 0) + padding > widthOf(panel),
  ),
  'heads of columns are not cut': ofPanels(
    (panel) =>
      panel.type === 'table' &&
      widthsOf(panel).some(([title, width]) => title.length * headPixels.letter + headPixels.beside > width),
  ),
  'what nobody has to see at once is folded in': ({ panels = [] }) => {
    const height = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
    return height > 48 ? [`${height} lines`] : [];
  },
  'what is above the first row fits on a wall': ({ uid, panels = [] }) => {
    const height = panels.find(isRow)?.gridPos?.y ?? 0;
    return uid === uids.overview && (height === 0 || height > 26) ? [`${height} lines`] : [];
  },
  'bars are wide enough to be seen over the time that a dashboard shows': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ options, fieldConfig }) => fieldConfig?.defaults.custom?.drawStyle === 'bars' || options?.colWidth)
      .filter((panel) => {
        const shown = durationMs(dashboard.time?.from.replace('now-', ''));
        const most = Math.min(shown / durationMs(panel.interval), panel.maxDataPoints ?? Number.POSITIVE_INFINITY);
        // However long the time is that somebody chooses.
        return !panel.interval || widthOf(panel) / most < 7 || widthOf(panel) / (panel.maxDataPoints ?? 1e9) < 5;
      })
      .map(nameOf),
  'only what is judged has a background, and a solid one': ofPanels((panel) =>
    panel.type === 'stat'
      ? panel.options.colorMode !== (isJudged(panel.fieldConfig?.defaults ?? {}) ? 'background_solid' : 'none')
      : [...objects(panel)].some(
          ([, { mode, gradientMode = 'none' }]) => mode === 'gradient' || gradientMode !== 'none',
        ),
  ),
  'what is good and what is bad have colours of their own': (dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      configurations(panel)
        .filter(({ thresholds }) => twice(thresholds?.steps.map(({ color }) => color) ?? []).length > 0)
        .map(() => nameOf(panel)),
    ),
  'text on a background can be read in either theme': ofPanels((panel) =>
    [...backgrounds(panel)].some((colour) => colour !== nothingToSay && !isReadable(colour)),
  ),
  'no text for missing data claims that all is well': ofPanels(
    ({ fieldConfig }) =>
      !/^(–|Not known|No [\w ]+ (found|known|set)|No exporter seen .*|No minutes by hand are set|No data: .+\?|Unknown: .+)$/.test(
        fieldConfig?.defaults.noValue ?? '',
      ),
  ),
  'the axis of a count without a count does not end at 100': ofPanels(
    ({ type, fieldConfig }) =>
      type === 'timeseries' &&
      ['none', 'short'].includes(fieldConfig?.defaults.unit ?? '') &&
      fieldConfig?.defaults.custom?.axisSoftMax === undefined,
  ),
  // Grafana leaves out each tick of an axis that would need more.
  'the axis of a share has no number of decimals': ofPanels(
    ({ type, fieldConfig }) =>
      type === 'timeseries' &&
      fieldConfig?.defaults.unit === 'percentunit' &&
      fieldConfig.defaults.decimals !== undefined,
  ),
  'numbers and times say how many decimals they have': (dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      panel.type === 'stat' || panel.type === 'table'
        ? configurations(panel)
            .filter(({ unit = '', decimals, mappings = [] }) => {
              const isText = mappings.some(({ type }) => type === 'value');
              return /^(s|percentunit|none|short|suffix:.*)$/.test(unit) && decimals === undefined && !isText;
            })
            .map(() => nameOf(panel))
        : [],
    ),
  'colours are those that stay apart for the colour-blind': (dashboard) =>
    [...objects(dashboard)]
      .flatMap(([, { color, fixedColor, iconColor }]) => [color, fixedColor, iconColor])
      .filter((colour) => typeof colour === 'string' && !allowed.includes(colour))
      .map(String),
  'series can be told apart: those with a name that is known have a colour of their own, no shades': ofPanels(
    (panel) =>
      panel.type === 'timeseries' &&
      (panel.fieldConfig?.defaults.color?.mode !== 'palette-classic-by-name' ||
        targetsOf(panel).some(
          ({ legendFormat = '' }) =>
            !/\{\{/.test(legendFormat) &&
            !panel.fieldConfig?.overrides.some(
              ({ matcher, properties }) =>
                matcher.options === legendFormat && properties.some(({ id }) => id === 'color'),
            ),
        )),
  ),
  'what has thresholds says in a colour of its own that there is no data': (dashboard) =>
    panelsOf(dashboard)
      .filter(({ type }) => type === 'stat' || type === 'table')
      .flatMap((panel) =>
        configurations(panel)
          .filter((one) => isJudged(one) && !saysNothing(one))
          .map(() => nameOf(panel)),
      ),
  'links lead to our dashboards and runbooks': (dashboard) =>
    urlsOf(dashboard).filter((url) => url !== '' && !isOurs(url)),
  'links keep the time range as it is chosen, and what is not ours is escaped': (dashboard) =>
    urlsOf(dashboard).filter(
      (url) =>
        /\$\{__(from|to)\b/.test(url) ||
        [...url.matchAll(/\$\{([\w.]+)(:\w+)?\}/g)].some(([, name = '', format]) =>
          name.startsWith('__data') || name.startsWith('__value') || name.startsWith('__field')
            ? format !== ':percentencode'
            : format === ':raw' && !['runbooks', 'runbooks_suffix', 'page'].includes(name),
        ),
    ),
  'links to a dashboard keep the data source, the time, the workspace and the playbook': (dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      [...objects(panel)]
        .map(([, { url }]) => url)
        .filter((url) => typeof url === 'string' && url.startsWith('/d/'))
        .filter((url) => {
          const text = String(url);
          const fields = [...text.matchAll(/__data\.fields\.([A-Z]\w+)/g)].map(([, field = '']) => field);
          const titles = widthsOf(panel).map(([title]) => title);
          const keeps = text.includes(placeholder('__all_variables')) || /var-workspace=.*var-playbook=/.test(text);
          return (
            !text.includes(placeholder('__url_time_range')) || !keeps || fields.some((one) => !titles.includes(one))
          );
        })
        .map(() => nameOf(panel)),
    ),
  'a dashboard links to the others and to the runbooks': ({ links = [] }) =>
    links.some(
      ({ type, tags, includeVars, keepTime }) =>
        type === 'dashboards' && tags.includes('secmaster') && includeVars && keepTime,
    ) && links.some(({ url }) => url === runbooks)
      ? []
      : ['links'],
  'links and marks are in sight, not in a menu': ({ links = [], annotations: { list = [] } }) =>
    [...links, ...list].some(({ placement }) => placement !== undefined) ? ['links or annotations'] : [],
  'what is sorted, renamed or has options of its own is a column of the table': ofPanels((panel) => {
    if (panel.type !== 'table') return false;
    const titles = widthsOf(panel).map(([title]) => title);
    const sorted = (panel.transformations ?? []).flatMap(({ options }) =>
      (options.sort ?? []).map(({ field }: { field: string }) => field),
    );
    const own = (panel.fieldConfig?.overrides ?? []).map(({ matcher }) => matcher.options);
    return titles.length === 0 || [...sorted, ...own].some((title) => !titles.includes(title));
  }),
  'nothing paints a region over the graphs, or in the colour of a status': ({ annotations: { list = [] } }) =>
    list
      .filter(
        ({ expr = '', iconColor = '' }) =>
          !/ offset \$__interval\)$|< \$__interval_ms \/ 1000$/.test(expr) ||
          [statusColours.FAILED, statusColours.TERMINATED, statusColours.RETRYING].includes(iconColor),
      )
      .map(({ name = '' }) => name),
  'where links begin is not chosen by a URL': ({ templating: { list = [] } }) =>
    list
      .filter(({ hide, skipUrlSync }) => hide === VariableHide.HideVariable && skipUrlSync !== true)
      .map(({ name }) => name),
  'alerts are marked on the graphs where they begin, once for each name': ({ annotations: { list = [] } }) =>
    list.some(
      ({ enable, expr }) =>
        enable && /^max by \(alertname, .*ALERTS\{.* unless .* offset \$__interval\)$/.test(expr ?? ''),
    )
      ? []
      : ['annotations'],
};

export function lint(dashboard: Dashboard): { rule: string; where: string[] }[] {
  return Object.entries(rules)
    .map(([rule, check]) => ({ rule, where: check(dashboard) }))
    .filter(({ where }) => where.length > 0);
}
