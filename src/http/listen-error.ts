import { addressText, type ListenAddress } from './listen-address.ts';

/** Listening failed; the message says where and why. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** @param descriptor of a socket that systemd has passed */
export function openSocketError(cause: NodeJS.ErrnoException, descriptor: number): ListenError {
  return new ListenError(`cannot listen on file descriptor ${descriptor} from systemd: ${socketProblem(cause)}`, {
    cause,
  });
}

/** @param flag sets the address @param own addresses that the exporter already listens on */
export function listenError(
  cause: NodeJS.ErrnoException,
  address: ListenAddress,
  flag: string,
  own: readonly ListenAddress[] = [],
): ListenError {
  const because = listenProblem(cause, address, flag, own);
  return new ListenError(`cannot listen on ${addressText(address)}: ${because}`, { cause });
}

/**
 * Why an address can't be listened on, and what to do.
 *
 * @param flag sets the address
 * @param own addresses that the exporter already listens on
 */
function listenProblem(
  { code = '', message }: NodeJS.ErrnoException,
  address: ListenAddress,
  flag: string,
  own: readonly ListenAddress[] = [],
): string {
  const { host, port } = address;
  const all = `such as :${port} for all addresses`;
  const twice = own.find((one) => one.port === port);
  const noSuchName = `the host name is not known; write an address, or choose another ${flag}, ${all}`;
  const because: Readonly<Record<string, string>> = {
    EADDRINUSE:
      twice === undefined
        ? `the port is in use; choose another ${flag}`
        : `${flag} ${addressText(twice)} has the port already; leave one of them out`,
    EACCES: 'not allowed for this user; choose a port above 1023',
    EADDRNOTAVAIL: `this machine does not have the address; choose another ${flag}, ${all}`,
    EAFNOSUPPORT: `this machine has no IPv6; choose another ${flag}, ${all}`,
    EINVAL: isLinkLocal(host)
      ? `a link-local address needs its interface, such as [${host}%eth0]:${port}`
      : `this machine cannot listen on the address; choose another ${flag}, ${all}`,
    ENOTFOUND: noSuchName,
    EAI_AGAIN: `the host name could not be looked up, because no name server answered; write an address, or choose another ${flag}, ${all}`,
  };
  return because[code] ?? message;
}

/** Why a descriptor that systemd has passed can't be listened on. */
export function socketProblem({ code = '', message }: NodeJS.ErrnoException): string {
  const isNone = ['EINVAL', 'ENOTSOCK', 'EBADF', 'EOPNOTSUPP'].includes(code);
  return isNone ? 'it is no socket that takes connections; use ListenStream= in the .socket unit' : message;
}

function isLinkLocal(host: string | null): boolean {
  return /^fe[89ab][^%]*$/i.test(host ?? '');
}
