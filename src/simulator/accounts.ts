import type { AccessKey } from './auth.ts';
import type { IamUser, IdToken } from './iam.ts';

/** The long-lived credentials that exist. All of them may change while the simulator runs. */
export interface Accounts {
  accessKeys(): readonly AccessKey[];
  users(): readonly IamUser[];
  idTokens(): readonly IdToken[];
  /** Adds an access key, or replaces the one of the same name. */
  setAccessKey(key: AccessKey): void;
  revokeAccessKey(ak: string): void;
  /** Tokens issued before stay valid. */
  setPassword(user: string, password: string): void;
  /** A token that the identity provider has issued; earlier ones stay valid until they expire. */
  addIdToken(token: IdToken): void;
}

export function createAccounts(
  accessKeys: readonly AccessKey[],
  users: readonly IamUser[],
  idTokens: readonly IdToken[],
): Accounts {
  const keysByName = new Map(accessKeys.map((key) => [key.ak, key]));
  const issued = [...idTokens];
  const usersByName = new Map(users.map((user) => [user.user, user]));
  return {
    accessKeys: () => [...keysByName.values()],
    users: () => [...usersByName.values()],
    idTokens: () => issued,
    setAccessKey: (key) => void keysByName.set(key.ak, key),
    revokeAccessKey: (ak) => void keysByName.delete(ak),
    setPassword: (name, password) => {
      const user = usersByName.get(name);
      if (user === undefined) throw new Error(`no user ${name}`);
      usersByName.set(name, { ...user, password });
    },
    addIdToken: (token) => void issued.push(token),
  };
}
