/** The floor of a poll: the same pages fetched with undici and parsed, nothing else. */
import { Agent, request } from 'undici';
import { answer } from './processes.ts';
import { cpuMs } from './statistics.ts';

const dispatcher = new Agent();

const functions = {
  fetchAll: async ({ pages, token }: { pages: readonly string[]; token: string }) => {
    const before = cpuMs();
    let instances = 0;
    for (const page of pages) {
      const { statusCode, body } = await request(page, { dispatcher, headers: { 'x-auth-token': token } });
      const parsed = (await body.json()) as { instances: unknown[] };
      if (statusCode !== 200) throw new Error(JSON.stringify(parsed));
      instances += parsed.instances.length;
    }
    return { cpuMs: cpuMs() - before, instances };
  },
};
export type FetchProcess = typeof functions;
answer(functions);
