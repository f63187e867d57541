/** What a simulator knows unless it is told otherwise. All of it is invented. */

export const defaultProject = { id: '5ec3a57e0000000000000000000000aa', name: 'eu-west-101' };
export const defaultWorkspace = { id: '5ec3a57e-0000-4000-8000-0000000000aa', name: 'simulated-soc' };
export const defaultAccessKey = { ak: 'SIMULATED-AK', sk: 'simulated-sk' };
export const defaultTemporaryKey = {
  ak: 'SIMULATED-TEMPORARY-AK',
  sk: 'simulated-temporary-sk',
  securityToken: 'simulated+security/token=',
};
export const defaultUser = { domain: 'simulated-domain', user: 'simulated-user', password: 'simulated-password' };
export const defaultIdToken = { idpId: 'simulated-idp', token: 'simulated.id.token' };
