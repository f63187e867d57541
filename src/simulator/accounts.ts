import type { AccessKey } from './auth.ts';
import type { IamUser } from './iam.ts';

/** The long-lived credentials that exist. All of them may change while the simulator runs. */
export interface Accounts {
  accessKeys(): readonly AccessKey[];
  users(): readonly IamUser[];
  /** Adds an access key, or replaces the one of the same name. */
  setAccessKey(key: AccessKey): void;
  revokeAccessKey(ak: string): void;
  /** Tokens bought before stay valid. */
  setPassword(user: string, password: string): void;
}

export function createAccounts(accessKeys: readonly AccessKey[], users: readonly IamUser[]): Accounts {
  const keysByName = new Map(accessKeys.map((key) => [key.ak, key]));
  const usersByName = new Map(users.map((user) => [user.user, user]));
  return {
    accessKeys: () => [...keysByName.values()],
    users: () => [...usersByName.values()],
    setAccessKey: (key) => void keysByName.set(key.ak, key),
    revokeAccessKey: (ak) => void keysByName.delete(ak),
    setPassword: (name, password) => {
      const user = usersByName.get(name);
      if (user === undefined) throw new Error(`no user ${name}`);
      usersByName.set(name, { ...user, password });
    },
  };
}
