import { z } from 'zod';
import { createRandom } from './random.ts';

/** When: every request that fits counts down `skip`, then `times`, and meets the fault with `probability`. */
const when = {
  /** As the SDKs name it, such as `ListAopWorkflowInstance`; none: all. */
  operation: z.string().optional(),
  workspaceId: z.string().optional(),
  probability: z.number().min(0).max(1).default(1),
  /** Requests that are spared first. */
  skip: z.int().min(0).default(0),
  /** Requests after those that the rule is for; none: all. */
  times: z.int().min(1).optional(),
};

/** What goes wrong, and when. */
export const faultRule = z.discriminatedUnion('kind', [
  z.strictObject({
    ...when,
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    shape: z.enum(['soc', 'service', 'gateway', 'iam']).default('gateway'),
    code: z.string().default('APIGW.0601'),
    message: z.string().default('Simulated fault.'),
    retryAfter: z.string().optional(),
  }),
  /** 429 of the gateway. */
  z.strictObject({ ...when, kind: z.literal('throttle'), retryAfter: z.string().optional() }),
  /** A proxy's error page. */
  z.strictObject({ ...when, kind: z.literal('html'), status: z.union([z.literal(200), z.literal(502)]).default(502) }),
  /** 200 with JSON of another shape. */
  z.strictObject({ ...when, kind: z.literal('garbage'), body: z.json().default({ result: 'ok', data: [[1], null] }) }),
  /** The true answer, of which the second half is never sent: the connection is destroyed. */
  z.strictObject({ ...when, kind: z.literal('cut') }),
  /** The connection is reset before any answer. */
  z.strictObject({ ...when, kind: z.literal('reset') }),
  /** The answer is late; what other rules make of it still holds. */
  z.strictObject({ ...when, kind: z.literal('latency'), ms: z.int().min(0) }),
]);

export type FaultRule = z.infer<typeof faultRule>;
export type Fault = Exclude<FaultRule, { kind: 'latency' }>;

export interface Faults {
  /** Throws where the rule is none. */
  add(rule: z.input<typeof faultRule>): void;
  clear(): void;
  /** What the next request meets: the delays of all rules and the fault of the first that strikes. */
  next(operation: string, workspaceId: string | null): { readonly latencyMs: number; readonly fault: Fault | null };
}

export function createFaults(seed: number): Faults {
  const random = createRandom(seed);
  let rules: { readonly rule: FaultRule; seen: number }[] = [];

  function strikes(entry: { readonly rule: FaultRule; seen: number }): boolean {
    const { skip, times, probability } = entry.rule;
    entry.seen += 1;
    const turn = entry.seen - skip;
    return turn > 0 && (times === undefined || turn <= times) && (probability === 1 || random.chance(probability));
  }

  return {
    add: (rule) => {
      rules.push({ rule: faultRule.parse(rule), seen: 0 });
    },
    clear: () => {
      rules = [];
    },
    next: (operation, workspaceId) => {
      let latencyMs = 0;
      let fault: Fault | null = null;
      for (const entry of rules) {
        const { rule } = entry;
        if (rule.operation !== undefined && rule.operation !== operation) continue;
        if (rule.workspaceId !== undefined && rule.workspaceId !== workspaceId) continue;
        // A request that has met its fault doesn't use up the later rules.
        if (rule.kind !== 'latency' && fault !== null) continue;
        if (!strikes(entry)) continue;
        if (rule.kind === 'latency') latencyMs += rule.ms;
        else fault = rule;
      }
      return { latencyMs, fault };
    },
  };
}
