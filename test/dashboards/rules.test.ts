import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { describe, expect, test } from 'vitest';
import { isRow, loadDashboards, panelsOf, targetsOf } from './asked.ts';
import { lint, rules } from './rules.ts';

const dashboards = loadDashboards();

test('there are three dashboards', () => {
  const uids = dashboards.map(({ uid }) => uid);
  expect(uids.sort()).toEqual(['secmaster-exporter', 'secmaster-overview', 'secmaster-playbook']);
});

test.each(dashboards)('$title keeps every rule', (dashboard) => {
  expect(lint(dashboard)).toEqual([]);
});

const playbook = dashboards.find(({ uid }) => uid === 'secmaster-playbook') as Dashboard;
const panel = (dashboard: Dashboard, type: string) => panelsOf(dashboard).find((one) => one.type === type) as Panel;
const target = (dashboard: Dashboard, type: string) => targetsOf(panel(dashboard, type))[0] as Dataquery;
const defaults = (dashboard: Dashboard) => panel(dashboard, 'stat').fieldConfig?.defaults as Record<string, unknown>;
const barsOf = (dashboard: Dashboard) =>
  panelsOf(dashboard).find(({ fieldConfig }) => fieldConfig?.defaults.custom?.drawStyle === 'bars') as Panel;
/** A tile that counts. */
const counted = (dashboard: Dashboard) =>
  panelsOf(dashboard).find(({ title }) => title === 'Failures in a row')?.fieldConfig?.defaults ?? {};
const linked = (dashboard: Dashboard) =>
  panelsOf(dashboard).find(({ links = [] }) => links.length > 0)?.links?.[0] ?? {};
type Break = (dashboard: Dashboard) => unknown;

/** Ways to break a dashboard, by the rule that must notice. */
const breaks: Readonly<Record<string, readonly Break[]>> = {
  'a dashboard has a title, a description, our tag, a time and a refresh': [
    (one) => Object.assign(one, { title: '' }),
    (one) => Object.assign(one, { description: undefined }),
    (one) => Object.assign(one, { tags: [] }),
    (one) => Object.assign(one, { refresh: '' }),
  ],
  'a uid is one of those that links know': [
    (one) => Object.assign(one, { uid: undefined }),
    (one) => Object.assign(one, { uid: 'x7Bh2' }),
  ],
  'the schema is the last of the classic ones': [(one) => Object.assign(one, { schemaVersion: 41 })],
  'every panel has an id, and no other has it': [
    (one) => Object.assign(panel(one, 'stat'), { id: undefined }),
    (one) => Object.assign(panel(one, 'stat'), { id: panel(one, 'table').id }),
  ],
  'every panel has a title, and no other has it': [
    (one) => Object.assign(panel(one, 'stat'), { title: '' }),
    (one) => Object.assign(panel(one, 'stat'), { title: panel(one, 'table').title }),
  ],
  'every panel is described in a sentence': [
    (one) => Object.assign(panel(one, 'stat'), { description: undefined }),
    (one) => Object.assign(panel(one, 'stat'), { description: 'failures' }),
  ],
  'every panel has a unit': [(one) => Object.assign(defaults(one), { unit: undefined })],
  'every panel says what no data means': [(one) => Object.assign(defaults(one), { noValue: '' })],
  'panels are of the kinds that every Grafana brings, and none is a bar gauge': [
    (one) => Object.assign(panel(one, 'stat'), { type: 'graph' }),
    (one) => Object.assign(panel(one, 'stat'), { type: 'bargauge' }),
  ],
  'every panel asks something, each query under a letter of its own': [
    (one) => Object.assign(panel(one, 'stat'), { targets: [] }),
    (one) => panel(one, 'timeseries').targets?.push(target(one, 'timeseries')),
  ],
  'there is a variable for the data source': [(one) => one.templating.list?.shift()],
  'everything that asks says whom, and nothing knows a data source by its uid': [
    (one) => Object.assign(panel(one, 'stat'), { datasource: undefined }),
    (one) => Object.assign(target(one, 'stat'), { datasource: undefined }),
    (one) => Object.assign(panel(one, 'stat'), { datasource: { type: 'prometheus', uid: 'P1809F7CD0C75ACF3' } }),
    (one) => Object.assign(target(one, 'stat'), { datasource: { type: 'prometheus', uid: 'P1809F7CD0C75ACF3' } }),
    (one) => Object.assign(one.templating.list?.[1] ?? {}, { datasource: { type: 'prometheus', uid: 'prometheus' } }),
    (one) => Object.assign(one.annotations.list?.[0] ?? {}, { datasource: { type: 'prometheus', uid: 'prometheus' } }),
  ],
  'variables with several values know what all of them are': [
    (one) => Object.assign(one.templating.list?.[1] ?? {}, { allValue: undefined }),
  ],
  'what nobody chooses is out of sight, and nothing else is': [
    (one) => Object.assign(one.templating.list?.at(-1) ?? {}, { hide: undefined }),
    (one) => Object.assign(one.templating.list?.[1] ?? {}, { hide: 2 }),
  ],
  'every series of a graph or a list of bars has a name': [
    (one) => Object.assign(target(one, 'timeseries'), { legendFormat: undefined }),
    (one) => Object.assign(target(one, 'status-history'), { legendFormat: '__auto' }),
  ],
  'every graph shows its legend': [
    (one) => Object.assign(panel(one, 'timeseries').options.legend, { showLegend: false }),
  ],
  'graphs ask for each point, all others for one': [
    (one) => Object.assign(target(one, 'timeseries'), { range: false, instant: true }),
    (one) => Object.assign(target(one, 'stat'), { range: true, instant: false }),
  ],
  'graphs look back over $__rate_interval and nothing else': [
    (one) => Object.assign(target(one, 'timeseries'), { expr: 'rate(secmaster_workflow_retries_total[5m])' }),
    (one) => Object.assign(target(one, 'timeseries'), { expr: 'rate(secmaster_workflow_retries_total[$__interval])' }),
  ],
  'single values look back over a time that the zoom does not change, or over what is shown': [
    (one) => Object.assign(target(one, 'stat'), { expr: 'rate(secmaster_workflow_retries_total[$__rate_interval])' }),
  ],
  'no panel lies on another, or beyond the 24 columns': [
    (one) => Object.assign(panel(one, 'stat').gridPos ?? {}, { x: 1 }),
    (one) => Object.assign(panel(one, 'table').gridPos ?? {}, { w: 25 }),
    (one) => Object.assign(panel(one, 'stat'), { gridPos: undefined }),
  ],
  'panels are wide enough for a laptop and high enough to read': [
    (one) => Object.assign(panel(one, 'stat').gridPos ?? {}, { w: 3 }),
    (one) => Object.assign(panel(one, 'stat').gridPos ?? {}, { h: 2 }),
    (one) => Object.assign(panel(one, 'table').gridPos ?? {}, { h: 3 }),
    (one) => Object.assign(panel(one, 'timeseries').gridPos ?? {}, { w: 5 }),
  ],
  'titles are not cut on a laptop, beside the menu': [
    (one) => Object.assign(panel(one, 'stat'), { title: 'How many runs have failed since the last one that finished' }),
  ],
  'columns leave room for names on a laptop, beside the menu': [
    (one) => Object.assign(panel(one, 'table').gridPos ?? {}, { w: 4 }),
    (one) =>
      panel(one, 'table').fieldConfig?.overrides.unshift({
        matcher: { id: 'byName', options: 'Failures' },
        properties: [{ id: 'custom.width', value: 400 }],
      }),
  ],
  'heads of columns are not cut': [
    (one) =>
      panel(one, 'table').fieldConfig?.overrides.unshift({
        matcher: { id: 'byName', options: 'Failures' },
        properties: [{ id: 'custom.width', value: 60 }],
      }),
  ],
  'what nobody has to see at once is folded in': [
    (one) => Object.assign(panel(one, 'timeseries').gridPos ?? {}, { y: 80 }),
  ],
  'what is above the first row fits on a wall': [
    (one) => Object.assign(one, { uid: 'secmaster-overview', panels: panelsOf(one) }),
    (one) => {
      Object.assign(one, { uid: 'secmaster-overview' });
      Object.assign(one.panels?.find(isRow)?.gridPos ?? {}, { y: 30 });
    },
  ],
  'bars are wide enough to be seen over the time that a dashboard shows': [
    (one) => Object.assign(barsOf(one), { interval: '5m' }),
    (one) => Object.assign(barsOf(one), { interval: undefined }),
    (one) => Object.assign(barsOf(one), { maxDataPoints: undefined }),
    (one) => Object.assign(panel(one, 'status-history'), { maxDataPoints: 200 }),
  ],
  'only what is judged has a background, and a solid one': [
    (one) => Object.assign(panel(one, 'stat').options, { colorMode: 'background' }),
    (one) => Object.assign(panel(one, 'stat').options, { colorMode: 'value' }),
    (one) => Object.assign(defaults(one), { thresholds: { steps: [{ value: null, color: '#56B4E9' }] } }),
    (one) =>
      panel(one, 'table').fieldConfig?.overrides[0]?.properties.push({
        id: 'custom.cellOptions',
        value: { type: 'color-background', mode: 'gradient' },
      }),
  ],
  'what is good and what is bad have colours of their own': [
    (one) => Object.assign(panel(one, 'stat').fieldConfig?.defaults.thresholds?.steps[1] ?? {}, { color: '#0072B2' }),
  ],
  'text on a background can be read in either theme': [
    (one) => Object.assign(panel(one, 'stat').fieldConfig?.defaults.thresholds?.steps[0] ?? {}, { color: '#E69F00' }),
    (one) => Object.assign(panel(one, 'stat').fieldConfig?.defaults.thresholds?.steps[0] ?? {}, { color: '#56B4E9' }),
    (one) =>
      Object.assign(defaults(one), {
        mappings: [{ type: 'special', options: { match: 'null+nan', result: { text: '–', color: '#999999' } } }],
      }),
  ],
  'no text for missing data claims that all is well': [
    (one) => Object.assign(defaults(one), { noValue: 'No poll failed' }),
    (one) => Object.assign(defaults(one), { noValue: 'None expire' }),
    (one) => Object.assign(defaults(one), { noValue: 'Never throttled' }),
    (one) => Object.assign(defaults(one), { noValue: 'No alert is firing' }),
    (one) => Object.assign(defaults(one), { noValue: 'Nothing fails' }),
    (one) => Object.assign(defaults(one), { noValue: 'OK' }),
    (one) => Object.assign(defaults(one), { noValue: 'Everything works' }),
    (one) => Object.assign(defaults(one), { noValue: '0 failures' }),
  ],
  'the axis of a count without a count does not end at 100': [
    (one) => Object.assign(barsOf(one).fieldConfig?.defaults.custom ?? {}, { axisSoftMax: undefined }),
  ],
  'the axis of a share has no number of decimals': [
    (one) => Object.assign(panel(one, 'timeseries').fieldConfig?.defaults ?? {}, { unit: 'percentunit', decimals: 0 }),
  ],
  'numbers and times say how many decimals they have': [
    (one) => Object.assign(counted(one), { unit: 's', decimals: undefined }),
    (one) => Object.assign(counted(one), { decimals: undefined }),
    (one) =>
      panel(one, 'table').fieldConfig?.overrides.push({
        matcher: { id: 'byName', options: 'Age' },
        properties: [{ id: 'unit', value: 's' }],
      }),
  ],
  'colours are those that stay apart for the colour-blind': [
    (one) => Object.assign(panel(one, 'stat').fieldConfig?.defaults.thresholds?.steps[0] ?? {}, { color: 'green' }),
    (one) => Object.assign(one.annotations.list?.[0] ?? {}, { iconColor: 'red' }),
  ],
  'series can be told apart: those with a name that is known have a colour of their own, no shades': [
    (one) => Object.assign(panel(one, 'timeseries').fieldConfig?.defaults ?? {}, { color: { mode: 'shades' } }),
    (one) => Object.assign(panel(one, 'timeseries').fieldConfig ?? {}, { overrides: [] }),
  ],
  'what has thresholds says in a colour of its own that there is no data': [
    (one) => Object.assign(defaults(one), { mappings: [] }),
    (one) =>
      panel(one, 'table').fieldConfig?.overrides.push({
        matcher: { id: 'byName', options: 'Age' },
        properties: [{ id: 'thresholds', value: { steps: [{ value: null }, { value: 1 }] } }],
      }),
  ],
  'links lead to our dashboards and runbooks': [
    (one) => Object.assign(linked(one), { url: '/d/abc/node-exporter' }),
    (one) => Object.assign(linked(one), { url: 'https://example.com/runbook' }),
  ],
  'links keep the time range as it is chosen, and what is not ours is escaped': [
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as Grafana writes them
    (one) => Object.assign(linked(one), { url: '/d/secmaster-playbook?from=${__from}&to=${__to}' }),
    (one) => Object.assign(linked(one), { url: '/d/secmaster-playbook?var-playbook=${__data.fields.Playbook}' }),
    (one) => Object.assign(linked(one), { url: '/d/secmaster-playbook?var-playbook=${__value.raw}' }),
    (one) => Object.assign(linked(one), { url: '/d/secmaster-playbook?var-workspace=${workspace:raw}' }),
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as Grafana writes them
  ],
  'links to a dashboard keep the data source, the time, the workspace and the playbook': [
    (one) => Object.assign(linked(one), { url: '/d/secmaster-playbook' }),
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as Grafana writes them
    (one) => Object.assign(linked(one), { url: '/d/secmaster-playbook?${__url_time_range}' }),
    (one) =>
      Object.assign(linked(one), {
        url: '/d/secmaster-playbook?${__url_time_range}&var-workspace=x&var-playbook=${__data.fields.Name:percentencode}',
      }),
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as Grafana writes them
  ],
  'a dashboard links to the others and to the runbooks': [
    (one) => one.links?.shift(),
    (one) => one.links?.pop(),
    (one) => Object.assign(one.links?.[0] ?? {}, { keepTime: false }),
    (one) => Object.assign(one.links?.[0] ?? {}, { includeVars: false }),
  ],
  'links and marks are in sight, not in a menu': [
    (one) => Object.assign(one.links?.[0] ?? {}, { placement: 'inControlsMenu' }),
    (one) => Object.assign(one.annotations.list?.[0] ?? {}, { placement: 'inControlsMenu' }),
  ],
  'what is sorted, renamed or has options of its own is a column of the table': [
    (one) =>
      panel(one, 'table').transformations?.push({ id: 'sortBy', options: { sort: [{ field: 'Faults', desc: true }] } }),
    (one) =>
      panel(one, 'table').fieldConfig?.overrides.push({
        matcher: { id: 'byName', options: 'Faults' },
        properties: [{ id: 'custom.width', value: 100 }],
      }),
  ],
  'nothing paints a region over the graphs, or in the colour of a status': [
    (one) => Object.assign(one.annotations.list?.[1] ?? {}, { expr: 'ALERTS{alertstate="firing"}' }),
    (one) => Object.assign(one.annotations.list?.[0] ?? {}, { iconColor: '#D55E00' }),
  ],
  'where links begin is not chosen by a URL': [
    (one) => Object.assign(one.templating.list?.at(-1) ?? {}, { skipUrlSync: false }),
  ],
  'alerts are marked on the graphs where they begin, once for each name': [
    (one) => one.annotations.list?.shift(),
    (one) => Object.assign(one.annotations.list?.[0] ?? {}, { expr: 'ALERTS{alertstate="firing"}' }),
  ],
};

describe('a rule', () => {
  test('is broken by at least one row below', () => {
    expect(Object.keys(breaks)).toEqual(Object.keys(rules));
  });

  const rows = Object.entries(breaks).flatMap(([rule, ways]) => ways.map((way, index) => ({ rule, way, index })));
  test.each(rows)('notices when it is broken: $rule ($index)', ({ rule, way }) => {
    const broken = structuredClone(playbook);
    way(broken);
    expect(lint(broken).map((problem) => problem.rule)).toContain(rule);
  });
});
