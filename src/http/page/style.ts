/** The page's style, served as a file of its own, because the content security policy allows nothing inline. */
export const style = `:root {
  color-scheme: light dark;
  --text: light-dark(#1b1f24, #e6e8eb);
  --quiet: light-dark(#57606a, #a3abb5);
  --ground: light-dark(#ffffff, #14171b);
  --raised: light-dark(#f4f6f8, #1d2127);
  --line: light-dark(#d0d7de, #3a414a);
  --link: light-dark(#0550ae, #79b8ff);
  --good: light-dark(#0a5c8a, #6cc3f0);
  --bad: light-dark(#a33a00, #ffab70);
  --edge: light-dark(#7d8590, #7d8590);
  --ended: light-dark(#8fb3cc, #456b85);
  --failed: light-dark(#c2410c, #ff8a3d);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 100rem; padding: 0 1.25rem 3rem; color: var(--text); background: var(--ground);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 2rem; align-items: baseline; border-bottom: 1px solid var(--line); padding: 0.75rem 0; }
h1, .name { font-size: 1.25rem; font-weight: bold; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
#verdict { font-size: 1.6rem; line-height: 1.25; margin: 1rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1rem 0 0.25rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
a { color: var(--link); }
a, summary { padding: 0.25rem 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
small, .none, th { color: var(--quiet); }
small { font-size: 0.85em; font-weight: normal; }
.why { margin: 0.5rem 0; padding-left: 1.25rem; }
.why li { margin: 0.35rem 0; }
.of { margin: 0.5rem 0 0; color: var(--quiet); }
.replicas { margin: 0; color: var(--quiet); }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 1.25rem 0 0; }
input, button { font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--edge); border-radius: 0.25rem;
  min-height: 2.25rem; padding: 0 0.75rem; }
input { flex: 1 1 12rem; max-width: 30rem; min-width: 0; }
.copy { position: relative; font-size: 0.8rem; min-height: 1.5rem; padding: 0 0.5rem; }
html:not(.js) .copy { display: none; }
.bars { display: block; }
.axis { stroke: var(--edge); }
.ended { fill: var(--ended); }
.failed { fill: var(--failed); }
dt { font-weight: 600; }
dd { margin: 0 0 0.5rem 1.25rem; max-width: 60rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); }
th { font-size: 0.85rem; font-weight: 600; white-space: nowrap; }
td p { margin: 0; }
code { font-size: 0.9em; }
/* One long word of SecMaster's must not break the words of the other columns. */
time, main:not(.document) td code { display: inline-block; }
td time, main:not(.document) td code { min-width: 12ch; }
.copy, .word { white-space: nowrap; }
td .none, td small { overflow-wrap: break-word; }
td bdi { overflow-wrap: anywhere; }
.state { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.wait { color: var(--quiet); }
.message { color: var(--bad); white-space: pre-wrap; }
.counts { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; }
pre { overflow-x: auto; background: var(--raised); padding: 0.75rem; overflow-wrap: normal; }
details { margin: 0.25rem 0; }
#stale { z-index: 1; position: sticky; top: 0; background: var(--raised); border: 1px solid var(--bad); padding: 0.5rem 1rem; margin: 1rem 0 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.document { max-width: 75rem; }
.document h1 { margin: 1.5rem 0 0.5rem; font-size: 1.5rem; }
.document > ul a { display: inline-block; }
.document th { white-space: normal; overflow-wrap: break-word; }
@media (min-width: 64rem) {
  .document td:first-child { overflow-wrap: break-word; }
}
@media (max-width: 60rem) {
  table, tbody, tr, td { display: block; width: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { background: var(--raised); border: 1px solid var(--line); border-radius: 0.25rem; padding: 0.5rem 0.75rem; margin: 0 0 0.75rem; }
  td { border: 0; padding: 0.15rem 0; display: grid; grid-template-columns: 7.5rem 1fr; gap: 0.5rem; }
  td::before { content: attr(data-title); color: var(--quiet); font-size: 0.85rem; }
  /* What is not known of a playbook takes no line. */
  section[aria-labelledby=playbooks] td:has(> div > .none:only-child) { display: none; }
  #verdict { font-size: 1.4rem; }
}
`;
