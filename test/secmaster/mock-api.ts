import { MockAgent } from 'undici';
import { onTestFinished } from 'vitest';

export const secmasterOrigin = 'https://secmaster.test-1.example.com';
export const iamOrigin = 'https://iam.test-1.example.com';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
}

/** SecMaster and IAM without a network: each call is kept, and answered by a function. */
export function mockApi(answer: (call: Call, index: number) => Reply) {
  const agent = new MockAgent();
  agent.disableNetConnect();
  onTestFinished(() => agent.close());
  const calls: Call[] = [];
  for (const origin of [secmasterOrigin, iamOrigin]) {
    agent
      .get(origin)
      .intercept({ path: () => true, method: () => true })
      .reply(({ method, path, headers, body }) => {
        const call = {
          method,
          path,
          headers: Object.fromEntries(Object.entries(headers ?? {})),
          body: String(body ?? ''),
        };
        calls.push(call);
        const reply = answer(call, calls.length - 1);
        const data = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
        return { statusCode: reply.status ?? 200, data, responseOptions: { headers: reply.headers ?? {} } };
      })
      .persist();
  }
  return { dispatcher: agent, calls };
}
