/**
 * The page's style sheet. Two hues, of the two halves of the stone: violet and amber.
 *
 * @module
 */

const LIGHT = `
  --ground: #f7f5fb; --card: #ffffff; --ink: #1f1a2b; --soft: #6a6379; --line: #e4dfee; --hover: #f1edf9;
  --accent: #6b3fa0; --accent-soft: #ede5f7; --amber: #b97a06;
  --pass: #1b7f4b; --pass-bg: #def3e6; --fail: #b3261e; --fail-bg: #fbe1df; --deviates: #8a5a00; --deviates-bg: #fdeec9;
  --inconclusive: #7a3fb5; --inconclusive-bg: #efe2fb; --na: #7b758a; --na-bg: #eeebf3; --notrun: #9a94a8; --notrun-bg: transparent;
  --code: #f4f1f9; --shadow: 0 1px 2px #2a174a14, 0 4px 16px #2a174a0f;`;

const DARK = `
  --ground: #14111b; --card: #1d1927; --ink: #ebe7f3; --soft: #a49cb6; --line: #322b40; --hover: #262033;
  --accent: #c3a0f0; --accent-soft: #33264a; --amber: #f0b94a;
  --pass: #6fd69d; --pass-bg: #163526; --fail: #ff9a92; --fail-bg: #4a1c1a; --deviates: #f2c868; --deviates-bg: #3f3010;
  --inconclusive: #d3aef8; --inconclusive-bg: #382350; --na: #9b93ad; --na-bg: #2a2436; --notrun: #7d758e; --notrun-bg: transparent;
  --code: #15111d; --shadow: none;`;

/** The style sheet. */
export const STYLE: string = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
:root[data-theme=light] { color-scheme: light; ${LIGHT} }
:root[data-theme=dark] { color-scheme: dark; ${DARK} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 0 24px 64px; }
a { color: var(--accent); }
code, pre, .id { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.top { display: flex; align-items: baseline; gap: 16px; flex-wrap: wrap; padding: 36px 0 20px; }
h1 { margin: 0; font-size: 28px; letter-spacing: -.02em; font-weight: 680; }
h1 b { background: linear-gradient(100deg, #7b48b8 20%, #d4901a); -webkit-background-clip: text; background-clip: text; color: transparent; }
.top p { margin: 0; color: var(--soft); flex: 1; min-width: 200px; }
h2 { font-size: 19px; letter-spacing: -.01em; margin: 40px 0 12px; }
button, input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; }
button { cursor: pointer; }
button:hover { background: var(--hover); }
button[aria-pressed=true] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 20px; box-shadow: var(--shadow); }
.card header { display: flex; justify-content: space-between; gap: 12px; align-items: flex-start; }
.card h2 { margin: 0; font-size: 17px; overflow-wrap: anywhere; }
.card .sub { color: var(--soft); font-size: 13px; }
.level { text-align: right; line-height: 1.1; white-space: nowrap; }
.level strong { display: block; font-size: 30px; letter-spacing: -.03em; color: var(--accent); }
.level span { font-size: 12px; color: var(--soft); }
.level.none strong { color: var(--fail); font-size: 20px; }
.ladder { display: grid; grid-template-columns: repeat(4, 1fr); gap: 6px; margin: 16px 0 14px; padding: 0; list-style: none; }
.ladder li { border-radius: 8px; padding: 6px 8px; font-size: 12px; background: var(--na-bg); color: var(--na); line-height: 1.25; }
.ladder li b { display: block; font-size: 13px; }
.ladder li.reached { background: var(--accent-soft); color: var(--accent); }
.bar { display: flex; height: 10px; border-radius: 5px; overflow: hidden; background: var(--na-bg); gap: 1px; }
.bar i { display: block; min-width: 3px; }
.bar .pass { background: #2e9e63; } .bar .fail { background: #d64238; } .bar .deviates { background: #e0a528; }
.bar .inconclusive { background: #9a5fd6; } .bar .notApplicable { background: #b5aec3; } .bar .notRun { background: var(--line); }
.counts { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.counts b { color: var(--ink); font-variant-numeric: tabular-nums; }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 2px 14px; margin: 14px 0 0; font-size: 13px; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.card details { margin-top: 12px; font-size: 13px; } .card summary { cursor: pointer; color: var(--accent); }
.card details ul { margin: 6px 0 0; padding-left: 18px; color: var(--soft); }
.problem { margin: 12px 0 0; padding: 8px 12px; border-radius: 8px; background: var(--fail-bg); color: var(--fail); font-size: 13px; }

.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 0 0 12px; }
.tools input { flex: 1; min-width: 180px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 16px; margin: 10px 2px 0; padding: 0; list-style: none; font-size: 12.5px; color: var(--soft); }
.mark { display: inline-grid; place-items: center; width: 21px; height: 21px; border-radius: 6px; font-size: 12.5px; font-weight: 700; line-height: 1; }
.mark.pass { color: var(--pass); background: var(--pass-bg); } .mark.fail { color: var(--fail); background: var(--fail-bg); }
.mark.deviates { color: var(--deviates); background: var(--deviates-bg); } .mark.inconclusive { color: var(--inconclusive); background: var(--inconclusive-bg); }
.mark.notApplicable { color: var(--na); background: var(--na-bg); } .mark.notRun { color: var(--notrun); border: 1px dashed var(--notrun); }
.mark.noCase { color: var(--notrun); }

.matrix { background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.row { display: grid; grid-template-columns: 92px minmax(0, 1fr) 82px repeat(var(--stores), minmax(92px, 120px)); gap: 0 12px; align-items: center; padding: 8px 16px; }
.head { position: sticky; top: 0; z-index: 2; background: var(--card); border-bottom: 1px solid var(--line); border-radius: 14px 14px 0 0; font-size: 12.5px; font-weight: 600; }
.head .store { text-align: center; overflow-wrap: anywhere; line-height: 1.25; }
.section { padding: 16px 16px 6px; font-size: 12px; letter-spacing: .07em; text-transform: uppercase; color: var(--soft); font-weight: 650; border-top: 1px solid var(--line); }
.head + div > .section:first-child { border-top: 0; }
.rule > summary { list-style: none; cursor: pointer; }
.rule > summary::-webkit-details-marker { display: none; }
.rule > summary:hover, .rule[open] > summary { background: var(--hover); }
.rule .id { font-size: 12.5px; color: var(--accent); white-space: nowrap; }
.rule .text { font-size: 14px; }
.strength { font-size: 11px; color: var(--soft); white-space: nowrap; }
.strength.SHOULD { color: var(--amber); }
.cell { display: flex; align-items: center; justify-content: center; gap: 7px; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
.cell small { min-width: 34px; font-size: 11.5px; }
.inside { padding: 2px 0 10px; border-bottom: 1px solid var(--line); background: var(--hover); }
.why { padding: 0 16px 8px 120px; font-size: 13px; color: var(--soft); }
.case { padding: 4px 16px; font-size: 13px; }
.case .id { color: var(--soft); font-size: 11.5px; overflow-wrap: anywhere; }
.evidence { position: relative; margin: 4px 16px 10px 120px; }
.evidence summary { cursor: pointer; font-size: 13px; color: var(--fail); overflow-wrap: anywhere; }
.evidence.deviates summary { color: var(--deviates); } .evidence.inconclusive summary { color: var(--inconclusive); }
.evidence .copy { position: absolute; right: 8px; bottom: 8px; font-size: 12px; padding: 1px 9px; }
pre { margin: 6px 0 0; padding: 14px 16px; overflow-x: auto; background: var(--code); border: 1px solid var(--line); border-radius: 10px; font-size: 12.5px; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }
.empty { padding: 28px; text-align: center; color: var(--soft); }

.slow { width: 100%; border-collapse: collapse; font-size: 13px; }
.times { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); }
.slow caption { text-align: left; font-weight: 600; padding-bottom: 8px; }
.slow td { padding: 3px 8px 3px 0; vertical-align: baseline; }
.slow .title { color: var(--soft); }
.slow .id { white-space: nowrap; }
.slow td:last-child { width: 34%; padding-right: 0; white-space: nowrap; font-variant-numeric: tabular-nums; font-size: 12px; color: var(--soft); }
.slow i { display: inline-block; height: 8px; border-radius: 4px; background: linear-gradient(90deg, #8a58c4, #d99a2b); margin-right: 8px; vertical-align: baseline; }
footer { margin-top: 40px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 12.5px; color: var(--soft); overflow-wrap: anywhere; }
@media (max-width: 720px) {
  main { padding: 0 12px 40px; }
  .row { grid-template-columns: minmax(0, 1fr) repeat(var(--stores), minmax(48px, auto)); }
  .row > .id { grid-column: 1; } .row > .text { grid-column: 1; grid-row: 2; } .row > .strength { display: none; }
  .row > .cell { grid-row: 1 / span 2; } .cell small { display: none; }
  .why, .evidence { padding-left: 16px; margin-left: 16px; }
  .times { grid-template-columns: 1fr; } .cards { grid-template-columns: 1fr; }
}
@media print { .tools, .copy { display: none; } .head { position: static; } }
`;
