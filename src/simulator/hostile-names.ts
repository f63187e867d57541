/** Names as nobody wants them: each keeps the true one in it, so that what has two names still has two. */
export const hostileNames = [
  'long',
  'control-characters',
  'right-to-left',
  'quotes',
  'new-lines',
  'half-surrogates',
  'white-space',
] as const;

export type HostileName = (typeof hostileNames)[number];

export function hostileName(name: string, how: HostileName): string {
  switch (how) {
    case 'long':
      return `${name} ${'long '.repeat(2_000)}`;
    case 'control-characters':
      return `\u0000\u001b[31m${name}\u0007\u0085\u009f\u007f`;
    case 'right-to-left':
      return `\u202e${name}\u2066\u200f\ufeff`;
    case 'quotes':
      return `"${name}\\"'\`{}<script>&amp;`;
    case 'new-lines':
      return `${name}\r\n# TYPE up gauge\nup 1\u2028`;
    case 'half-surrogates':
      return `\ud83d${name}\ude00`;
    case 'white-space':
      return `\u00a0\t ${name} \u3000`;
  }
}

export function isHostile(how: string): how is HostileName {
  return (hostileNames as readonly string[]).includes(how);
}
