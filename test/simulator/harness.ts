import { z } from 'zod';
import { defaultProject, defaultUser, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { createManualClock } from '../../src/simulator/manual-clock.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';

export const nowMs = Date.parse('2025-07-18T07:11:03.000Z');
export const workspacePath = `/v1/${defaultProject.id}/workspaces/${defaultWorkspace.id}`;
export const instancesPath = `${workspacePath}/soc/workflows/instances`;

export function tokenBody(change: { password?: string; project?: object; domain?: string } = {}): string {
  const { password = defaultUser.password, project = { id: defaultProject.id }, domain = defaultUser.domain } = change;
  const user = { name: defaultUser.user, password, domain: { name: domain } };
  return JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } });
}

/** A simulator whose clock stands at `nowMs`, with a token to call it with. */
export async function setUp(options: Partial<SimulatorOptions> = {}) {
  const clock = createManualClock(nowMs);
  const simulator = createSimulator({ clock, ...options });
  const token = await tokenOf(simulator);
  return {
    clock,
    simulator,
    token,
    world: simulator.directory.workspace(defaultWorkspace.id).world,
    get: async (path: string) => simulator.app.request(path, { headers: { 'x-auth-token': token } }),
  };
}

async function tokenOf(simulator: Simulator): Promise<string> {
  const issued = await simulator.app.request('/v3/auth/tokens', { method: 'POST', body: tokenBody() });
  const token = issued.headers.get('x-subject-token');
  if (token === null) throw new Error(`no token: ${issued.status}`);
  return token;
}

const listPage = z.object({ count: z.number(), instances: z.array(z.looseObject({ id: z.string() })) });

export async function pageOf(answer: Response): Promise<z.infer<typeof listPage>> {
  return listPage.parse(await answer.json());
}

const errorCode = z.object({ code: z.string() });

/** The status and the code of an error of SecMaster's own. */
export async function socErrorOf(answer: Response): Promise<[number, string]> {
  return [answer.status, errorCode.parse(await answer.json()).code];
}
