/** The page's script, served as a file of its own. The page works without it. */
export const script = `const everyMs = 15000;
const heldMs = 60000;
let since = new Date();

const live = (from) => [...from.querySelectorAll('[data-live]')];

function isInUse() {
  const isSelected = (document.getSelection()?.toString() ?? '') !== '';
  return isSelected || live(document).some((part) => part.contains(document.activeElement));
}

function note(text) {
  const stale = document.getElementById('stale');
  stale.textContent = text ?? '';
  stale.hidden = text === null;
}

const localTime = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

/** Times are written in UTC; the reader's zone takes its place. */
function localize(from) {
  const { timeZone } = localTime.resolvedOptions();
  if (timeZone === 'UTC') return;
  for (const time of from.querySelectorAll('time[datetime]')) {
    if (time.title !== '') continue;
    time.title = time.textContent;
    time.textContent = localTime.format(new Date(time.dateTime));
  }
  const zone = from.getElementById('zone');
  if (zone === null) return;
  const offset = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts().find(({ type }) => type === 'timeZoneName');
  const here = 'Times are in the zone ' + timeZone + (offset === undefined ? '' : ' (' + offset.value + ')');
  // Nobody can point with a finger.
  zone.textContent = here + (matchMedia('(hover: none)').matches ? '.' : '; point at one to see it in UTC.');
}

async function refresh(isAsked) {
  if (isAsked !== true && (document.hidden || isInUse())) {
    if (!document.hidden && Date.now() - since > heldMs) note('This page is from ' + localTime.format(since) + '. It is not refreshed while something on it has the focus or is selected.');
    return;
  }
  const { href } = location;
  let next;
  try {
    const response = await fetch(href, { signal: AbortSignal.timeout(everyMs) });
    if (!response.ok) throw new Error(response.status);
    next = new DOMParser().parseFromString(await response.text(), 'text/html');
  } catch {
    note('The exporter does not respond. This page is from ' + localTime.format(since) + '.');
    return;
  }
  if (href !== location.href) return;
  localize(next);
  for (const part of live(document)) {
    for (const open of part.querySelectorAll('details[open]')) next.getElementById(open.id)?.setAttribute('open', '');
    part.replaceWith(next.getElementById(part.id));
  }
  document.title = next.title;
  note(null);
  since = new Date();
}

/** Where the page is not served over TLS, or the browser refuses, there is only the old way. */
async function copy(text) {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {}
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'hidden';
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  if (!isCopied) throw new Error('not copied');
}

document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('button[data-copy]');
  if (!button) return;
  const word = button.firstChild;
  const said = await copy(button.dataset.copy).then(() => 'Copied', () => 'Not copied');
  word.data = said;
  document.getElementById('said').textContent = said;
  setTimeout(() => {
    word.data = 'Copy';
    document.getElementById('said').textContent = '';
  }, 2000);
});

const form = document.querySelector('form[role=search]');
let typing;
form.elements.q.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    history.replaceState(null, '', '?' + new URLSearchParams(new FormData(form)));
    refresh(true);
  }, 250);
});

document.documentElement.classList.add('js');
localize(document);
setInterval(refresh, everyMs);
document.addEventListener('visibilitychange', refresh);
`;
