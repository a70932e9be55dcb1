/**
 * How pages of compatibility surfaces look: as the node's own pages do. A surface has a port of its own and reaches none
 * of their files, so what it needs of their style stands here; a test holds the colors together.
 *
 * @module
 */

/** The style of every page of a surface. */
export const SURFACE_STYLE = `:root {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "Cascadia Mono", "SF Mono", "Noto Sans Mono", monospace;
  --back: light-dark(#f7f5f0, #14120e);
  --surface: light-dark(#ffffff, #1d1a15);
  --text: light-dark(#1f1b16, #f3eee6);
  --muted: light-dark(#5d564c, #bdb4a6);
  --line: light-dark(#ddd7cb, #3b352b);
  --line-strong: light-dark(#8b8273, #8d8475);
  --accent: light-dark(#8a5300, #ffbb44);
  --on-accent: light-dark(#ffffff, #221500);
  --soft: light-dark(#fff0d2, #3a2b10);
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  background: var(--back);
  color: var(--text);
  font: 1rem/1.45 var(--font);
  font-variant-numeric: tabular-nums;
}
.top {
  display: flex;
  align-items: center;
  gap: .5rem;
  height: 56px;
  padding: 0 1rem;
  background: var(--surface);
  border-bottom: 1px solid var(--line);
  font-size: 1.125rem;
  font-weight: 700;
}
.top::after { content: "Panal"; }
.top svg { width: 1.5rem; height: 1.5rem; fill: var(--accent); }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1 small { color: var(--muted); font-size: 1rem; font-weight: 400; }
h2 { margin: 1.5rem 0 .75rem; font-size: 1.075rem; }
h3 { margin: 0 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
.actions { margin-top: 1.5rem; }
.actions > a, button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 44px;
  padding: 0 1rem;
  border: 1px solid var(--accent);
  border-radius: 8px;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  text-decoration: none;
  cursor: pointer;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.card, ul, details {
  margin: 0;
  padding: 1rem;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: 10px;
}
.card > :last-child { margin-bottom: 0; }
.answer > a { display: inline-flex; align-items: center; min-height: 44px; }
ul { padding: 0; list-style: none; }
li { padding: .65rem 1rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
li:last-child { border-bottom: 0; }
ul:empty { min-height: 2.75rem; }
table {
  width: 100%;
  border: 1px solid var(--line);
  border-radius: 10px;
  border-spacing: 0;
  background: var(--surface);
  overflow: hidden;
}
th, td { padding: .65rem .75rem; border-bottom: 1px solid var(--line); text-align: left; overflow-wrap: anywhere; }
th { color: var(--muted); font-size: .8125rem; font-weight: 600; overflow-wrap: normal; }
.number { text-align: right; overflow-wrap: break-word; }
.key { width: 1%; white-space: nowrap; }
tr:last-child > td { border-bottom: 0; }
form { max-width: 30rem; }
form label { display: grid; gap: 4px; margin-bottom: .75rem; font-size: .875rem; font-weight: 600; }
input, textarea {
  width: 100%;
  min-height: 44px;
  padding: .5rem .75rem;
  border: 1px solid var(--line-strong);
  border-radius: 8px;
  background: var(--surface);
  color: var(--text);
  font: inherit;
  font-size: 1rem;
  font-weight: 400;
}
textarea { min-height: 8rem; font-family: var(--mono); font-size: .875rem; }
code, pre { font-family: var(--mono); font-size: .875rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; }
pre + h3 { margin-top: 1.25rem; }
details { margin-bottom: .5rem; padding: 0; overflow: hidden; }
details > div { padding: 1rem; border-top: 1px solid var(--line); }
details form { max-width: none; }
details pre, details p:last-child { margin: 0; }
summary { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; min-height: 44px; padding: .5rem 1rem; cursor: pointer; }
summary:hover, details[open] > summary { background: var(--soft); }
summary:focus-visible { outline-offset: -3px; }
summary strong { min-width: 4.5rem; font-size: .875rem; }
summary small { margin-left: auto; color: var(--muted); }
output:not(:empty) { display: block; margin-top: .75rem; padding: .75rem; border-radius: 8px; background: var(--back); }
@media (max-width: 640px) {
  main { padding: 1rem; }
  .wide, .wide tbody { display: block; border: 0; background: none; }
  .wide tr { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem .75rem; margin-bottom: .5rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
  .wide tr:has(th) { display: none; }
  .wide td { width: auto; padding: 0; border: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  .wide td::before { content: attr(data-label); display: block; color: var(--muted); font-size: .8125rem; }
}
`;
