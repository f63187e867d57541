/** The sockets that systemd has opened for the process, as sd_listen_fds(3) hands them over. */

/** They follow stdin, stdout and stderr. */
const firstDescriptor = 3;
/** More than any unit has; a number beyond it is no count of sockets. */
const maxSockets = 1_000;

export type PassedSockets = { readonly descriptors: readonly [number, ...number[]] } | { readonly problem: string };

export function passedSockets(
  { LISTEN_PID: forPid, LISTEN_FDS: count }: Readonly<Record<string, string | undefined>>,
  pid: number,
): PassedSockets {
  if (!forPid || !count)
    return {
      problem: 'systemd has passed no socket; start the exporter through a .socket unit, or leave the flag out',
    };
  if (forPid !== String(pid))
    return {
      problem: `systemd has passed its sockets to process ${shown(forPid)}, and this is process ${pid}; start the exporter by ExecStart itself, not through another program`,
    };
  const number = /^\d+$/.test(count) ? Number(count) : 0;
  if (number < 1 || number > maxSockets) return { problem: `LISTEN_FDS ${shown(count)} is no number of sockets` };
  const others = Array.from({ length: number - 1 }, (_, i) => firstDescriptor + 1 + i);
  return { descriptors: [firstDescriptor, ...others] };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 20));
}
