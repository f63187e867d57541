import { isIPv6 } from 'node:net';

export interface ListenAddress {
  /** null: every interface. */
  readonly host: string | null;
  /** 0: any free port. */
  readonly port: number;
}

/** `:19210`, `127.0.0.1:19210` or `[::1]:19210`, as in flags. */
export function addressText({ host, port }: ListenAddress): string {
  return `${host !== null && isIPv6(host) ? `[${host}]` : (host ?? '')}:${port}`;
}
