import { durationMs } from './duration.ts';
import { type Labels, labelsKey } from './labels.ts';
import { type Matches, matcherOf } from './matchers.ts';

/** How Alertmanager groups, mutes and repeats (dispatch, inhibit and notify of its sources); pure. */

export interface Alert {
  readonly labels: Labels;
  readonly fromMs: number;
  /** null: it still fires at the end. */
  readonly untilMs: number | null;
}

/** What a receiver is told once. */
export interface Notification {
  readonly atMs: number;
  readonly receiver: string;
  readonly firing: readonly Alert[];
  readonly resolved: readonly Alert[];
  /** Those of which it was not told the last time. */
  readonly news: readonly Alert[];
}

/** Alertmanager's configuration, as far as it is used here. */
export interface AlertmanagerConfig {
  readonly route: RouteConfig;
  readonly inhibit_rules?: readonly {
    readonly source_matchers?: readonly string[];
    readonly target_matchers?: readonly string[];
    readonly equal?: readonly string[];
  }[];
}

interface RouteConfig {
  readonly receiver?: string;
  readonly matchers?: readonly string[];
  readonly continue?: boolean;
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
  readonly routes?: readonly RouteConfig[];
}

interface Route {
  readonly receiver: string;
  readonly groupBy: readonly string[];
  readonly waitMs: number;
  readonly intervalMs: number;
  readonly repeatMs: number;
}

const defaults: Route = { receiver: '', groupBy: [], waitMs: 30_000, intervalMs: 300_000, repeatMs: 4 * 3_600_000 };

/** `--data.retention`: what was told before is told again. */
const rememberedMs = 120 * 3_600_000;

/** The routes that an alert takes. */
export function routesOf(config: RouteConfig, labels: Labels, above: Route = defaults): Route[] {
  const duration = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : durationMs(text));
  const route: Route = {
    receiver: config.receiver ?? above.receiver,
    groupBy: config.group_by ?? above.groupBy,
    waitMs: duration(config.group_wait, above.waitMs),
    intervalMs: duration(config.group_interval, above.intervalMs),
    repeatMs: duration(config.repeat_interval, above.repeatMs),
  };
  const taken: Route[] = [];
  for (const child of config.routes ?? []) {
    if (!all(child.matchers)(labels)) continue;
    taken.push(...routesOf(child, labels, route));
    if (child.continue !== true) break;
  }
  return taken.length > 0 ? taken : [route];
}

/** All notifications until a time, in order. */
export function notificationsOf(
  config: AlertmanagerConfig,
  alerts: readonly Alert[],
  untilMs: number,
): readonly Notification[] {
  const isMuted = inhibitor(config, alerts);
  const groups = new Map<string, { readonly route: Route; readonly alerts: Alert[] }>();
  for (const alert of alerts.toSorted((a, b) => a.fromMs - b.fromMs)) {
    for (const route of routesOf(config.route, alert.labels)) {
      const key = labelsKey({ ...groupLabels(route, alert.labels), '': JSON.stringify(route) });
      const group = groups.get(key) ?? { route, alerts: [] };
      groups.set(key, group);
      group.alerts.push(alert);
    }
  }
  return [...groups.values()]
    .flatMap((group) => notificationsOfGroup(group.route, group.alerts, isMuted, untilMs))
    .sort((a, b) => a.atMs - b.atMs);
}

function groupLabels({ groupBy }: Route, labels: Labels): Labels {
  if (groupBy.includes('...')) return labels;
  return Object.fromEntries(groupBy.map((name) => [name, labels[name] ?? '']));
}

/** @param alerts of one group, by their beginning */
function notificationsOfGroup(
  { receiver, waitMs, intervalMs, repeatMs }: Route,
  alerts: readonly Alert[],
  isMuted: (alert: Alert, atMs: number) => boolean,
  untilMs: number,
): Notification[] {
  const told: Notification[] = [];
  let last: { atMs: number; firing: readonly string[]; resolved: readonly string[] } | null = null;
  let held: Alert[] = [];
  let next = 0;
  for (let atMs = Number.NEGATIVE_INFINITY; ; atMs += intervalMs) {
    // A group that is empty ends, and begins anew with the next alert.
    if (held.length === 0) {
      const first = alerts[next];
      if (first === undefined) return told;
      atMs = Math.max(atMs, first.fromMs + waitMs);
    }
    if (atMs > untilMs) return told;
    for (let one = alerts[next]; one !== undefined && one.fromMs <= atMs; one = alerts[next]) {
      // The same alert, firing again, takes the place of the one that was resolved.
      const key = labelsKey(one.labels);
      held = [...held.filter(({ labels }) => labelsKey(labels) !== key), one];
      next += 1;
    }
    const isResolved = (one: Alert) => one.untilMs !== null && one.untilMs <= atMs;
    const heard = held.filter((one) => !isMuted(one, atMs));
    held = held.filter((one) => !isResolved(one));
    if (heard.length === 0) continue;
    const firing = heard.filter((one) => !isResolved(one));
    const resolved = heard.filter(isResolved);
    const keys = { firing: firing.map(keyOf), resolved: resolved.map(keyOf) };
    const news = firing.filter((one) => last?.firing.includes(keyOf(one)) !== true);
    const remembered = last !== null && last.atMs >= atMs - rememberedMs ? last : null;
    if (!isToBeTold(remembered, keys, news.length > 0, atMs - repeatMs)) continue;
    last = { atMs, ...keys };
    told.push({ atMs, receiver, firing, resolved, news });
  }
}

function keyOf({ labels }: Alert): string {
  return labelsKey(labels);
}

function isToBeTold(
  last: { readonly atMs: number; readonly firing: readonly string[]; readonly resolved: readonly string[] } | null,
  { firing, resolved }: { readonly firing: readonly string[]; readonly resolved: readonly string[] },
  hasNews: boolean,
  repeatedMs: number,
): boolean {
  if (last === null) return firing.length > 0;
  if (hasNews) return true;
  if (firing.length === 0) return last.firing.length > 0;
  return resolved.some((key) => !last.resolved.includes(key)) || last.atMs < repeatedMs;
}

function inhibitor({ inhibit_rules = [] }: AlertmanagerConfig, alerts: readonly Alert[]) {
  const rules = inhibit_rules.map(({ source_matchers, target_matchers, equal = [] }) => {
    const [isSource, isTarget] = [all(source_matchers), all(target_matchers)];
    return { isSource, isTarget, equal, sources: alerts.filter(({ labels }) => isSource(labels)) };
  });
  return (target: Alert, atMs: number): boolean =>
    rules.some(
      ({ isSource, isTarget, equal, sources }) =>
        isTarget(target.labels) &&
        sources.some(
          (source) =>
            source.fromMs <= atMs &&
            (source.untilMs === null || source.untilMs > atMs) &&
            equal.every((name) => (source.labels[name] ?? '') === (target.labels[name] ?? '')) &&
            // What is on both sides of a rule is not muted by others that are.
            !(isSource(target.labels) && isTarget(source.labels)),
        ),
    );
}

function all(matchers: readonly string[] = []): Matches {
  const each = matchers.map(matcherOf);
  return (labels) => each.every((holds) => holds(labels));
}
