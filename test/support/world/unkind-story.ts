import { isTooMuch, type Outcome, type PollRecord } from './unkind-run.ts';
import type { UnkindWorld } from './unkind-worlds.ts';
import type { PollPlan, Step } from './worlds.ts';

/** What happened in a world and what came of it, for whoever must find out why. */
export function storyOf({ plan, schedule }: UnkindWorld, outcome: Outcome): string {
  const steps = plan.steps.flatMap((step, i) => [...(schedule[i] ? [pollText(schedule[i])] : []), stepText(step)]);
  const { verdict, isComplete, differences, polls } = outcome;
  return [
    `behaviour ${JSON.stringify(plan.behaviour)}, seed ${plan.seed}`,
    ...inLines(steps),
    `counters: ${verdict}; window_complete ${Number(isComplete)}; ${polls.length} polls`,
    ...some(differences.map((difference) => `  ${difference}`)),
    `requests: ${requestsText(polls)}`,
    ...polls.filter(isTooMuch).map(({ requests, bound }) => `  ${requests} in one poll are more than ${bound}`),
    ...warningsOf(polls),
  ].join('\n');
}

function inLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 116) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last}; ${word}`;
  }
  return lines;
}

function stepText(step: Step): string {
  switch (step.kind) {
    case 'wait':
      return `wait ${durationText(step.ms)}`;
    case 'create':
    case 'start':
    case 'start and finish':
      return `${step.kind} p${step.playbook} ${step.trigger || '-'}`;
    case 'crowd':
      return `crowd of ${step.count}, ${step.perMs} a ms, p${step.playbook} ${step.trigger || '-'}${step.isOpen ? ', open' : ''}`;
    case 'rounds':
      return `${step.count} rounds of p${step.playbook} ${step.trigger}, one each ${durationText(step.everyMs)}`;
    case 'list':
      return `list p${step.playbook} as ${step.as}`;
    case 'hide':
      return `hide ${step.what} of #${step.which}`;
    case 'behave':
      return `${step.how.toUpperCase()} ${JSON.stringify(step.change)}`;
    case 'rename':
      return `rename p${step.playbook} ${JSON.stringify(step.name)}`;
    case 'label':
      return `labels ${step.labels.join()}`;
    case 'touch all':
      return step.kind;
    default:
      return `${step.kind} #${step.which}`;
  }
}

function pollText({ fault, sweepPages, meanwhile, crashAt }: PollPlan): string {
  const what = [
    fault === null ? [] : `${fault.kind} at ${fault.skip + 1}`,
    sweepPages === null ? [] : `sweep ${sweepPages}`,
    meanwhile.length === 0 ? [] : `goes on at page ${meanwhile.join()}`,
    crashAt === null ? [] : `crash at ${crashAt}`,
  ].flat();
  return what.length === 0 ? 'POLL' : `POLL (${what.join(', ')})`;
}

function durationText(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m${(ms % 60_000) / 1_000}s`;
  return `${(ms / 3_600_000).toFixed(1)}h`;
}

/** Equal ones in a row together. */
function requestsText(polls: readonly PollRecord[]): string {
  const runs: { readonly text: string; times: number }[] = [];
  for (const { requests, isComplete, isUp } of polls) {
    const text = `${requests}${isUp ? '' : '!'}${isComplete ? '' : '?'}`;
    const last = runs.at(-1);
    if (last?.text === text) last.times++;
    else runs.push({ text, times: 1 });
  }
  const list = runs.map(({ text, times }) => (times === 1 ? text : `${text}×${times}`)).join(' ');
  return `${list} (!: secmaster_up 0, ?: window_complete 0)`;
}

function warningsOf(polls: readonly PollRecord[]): string[] {
  const all = polls.flatMap(({ lines }, i) => lines.map((line) => `  poll ${i + 1}: ${line.slice(0, 400)}`));
  return ['warnings and errors:', ...some(all)];
}

const maxLines = 12;

function some(lines: readonly string[]): string[] {
  const more = lines.length > maxLines ? [`  and ${lines.length - maxLines} more`] : [];
  return [...lines.slice(0, maxLines), ...more];
}
