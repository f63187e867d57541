import { z } from 'zod';
import { createRandom } from './random.ts';

/** When it applies: each matching request counts down `skip`, then `times`, and gets the fault with `probability`. */
const when = {
  /** The SDKs' name, such as `ListAopWorkflowInstance`; absent: all. */
  operation: z.string().optional(),
  workspaceId: z.string().optional(),
  probability: z.number().min(0).max(1).default(1),
  /** Number of requests that pass first. */
  skip: z.int().min(0).default(0),
  /** Number of requests after those that the rule applies to; absent: all. */
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
  /** The real response, but the connection is destroyed after half of it. */
  z.strictObject({ ...when, kind: z.literal('cut') }),
  /** The connection is reset before any response. */
  z.strictObject({ ...when, kind: z.literal('reset') }),
  /** The response is late; other rules still apply to it. */
  z.strictObject({ ...when, kind: z.literal('latency'), ms: z.int().min(0) }),
]);

export type FaultRule = z.infer<typeof faultRule>;
export type Fault = Exclude<FaultRule, { kind: 'latency' }>;

export interface Faults {
  /** Throws if the rule is invalid. */
  add(rule: z.input<typeof faultRule>): void;
  clear(): void;
  /** For the next request: the sum of all delays, and the fault of the first rule that applies. */
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
        // A request that has its fault doesn't count for later rules.
        if (rule.kind !== 'latency' && fault !== null) continue;
        if (!strikes(entry)) continue;
        if (rule.kind === 'latency') latencyMs += rule.ms;
        else fault = rule;
      }
      return { latencyMs, fault };
    },
  };
}
