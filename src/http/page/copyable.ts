import { html } from 'hono/html';

/** An id, with a button that copies it: the search of SecMaster's console takes it. The button is only shown where it works. */
export function copyable(text: string, what: string) {
  return html`<code>${text}</code> <button type="button" class="copy" data-copy="${text}">Copy<span class="hidden"> ${what}</span></button>`;
}
