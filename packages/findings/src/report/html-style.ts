/** The report's style. No style comes from anywhere else: the page's policy allows this text by its hash. */
export const STYLE = `
:root{color-scheme:light dark;
--bg:light-dark(#f6f7f9,#0e1116);--card:light-dark(#fff,#161b22);--text:light-dark(#1c2128,#e4e9ef);--faint:light-dark(#59636e,#98a3af);
--line:light-dark(#dde2e8,#2a313a);--hover:light-dark(#f0f4fa,#1c232d);--accent:light-dark(#0b63ce,#62a8ff);
--ok:light-dark(#18794e,#3dd68c);--bad:light-dark(#c22a2a,#ff6b68)}
.critical{--c:light-dark(#8b1fa8,#c77ddb)}.high{--c:light-dark(#cf2f2f,#f2716b)}.medium{--c:light-dark(#c95f00,#f0a04b)}
.low{--c:light-dark(#8f7400,#d7bd45)}.informational{--c:light-dark(#2272c4,#6cb2f7)}.unknown{--c:light-dark(#6b737c,#9aa4ae)}
*{box-sizing:border-box}
body{font:14px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;margin:0;background:var(--bg);color:var(--text);display:flex;flex-direction:column;height:100vh;min-height:44rem}
code,.mono{font:12.5px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
header{padding:1.1rem 1.4rem .9rem;background:var(--card);border-bottom:1px solid var(--line);border-top:4px solid var(--v)}
.passed{--v:var(--ok)}.failed{--v:var(--bad)}
.verdict{display:flex;align-items:center;gap:.8rem;flex-wrap:wrap}
.badge{background:var(--v);color:light-dark(#fff,#10141a);font-weight:700;border-radius:6px;padding:.2rem .7rem;font-size:1.05rem}
h1{font-size:1.15rem;font-weight:600;margin:0}
.image{margin:.5rem 0 .7rem;color:var(--faint)}
.bar{display:block;width:100%;height:12px;border-radius:6px;background:var(--ok)}.bar rect{fill:var(--c)}
dl{display:flex;flex-wrap:wrap;gap:.3rem 2.2rem;margin:.8rem 0 0}dl div{display:flex;flex-direction:column}
dt{color:var(--faint);font-size:11.5px;text-transform:uppercase;letter-spacing:.04em}dd{margin:0;overflow-wrap:anywhere}
.notes{margin-top:.7rem}.notes summary{cursor:pointer;color:var(--accent)}.notes ul{margin:.4rem 0 0;padding-left:1.2rem;max-height:9rem;overflow:auto}
.tools{display:flex;flex-wrap:wrap;gap:.6rem .9rem;align-items:center;padding:.7rem 1.4rem;border-bottom:1px solid var(--line)}
input,select,button{font:inherit;color:inherit}
input[type=search],select{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.35rem .6rem}
input[type=search]{width:20rem;max-width:100%}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.tabs{display:inline-flex;border:1px solid var(--line);border-radius:7px;overflow:hidden;background:var(--card)}
.tabs button{border:0;background:none;padding:.35rem .85rem;cursor:pointer}.tabs button[aria-selected=true]{background:var(--accent);color:light-dark(#fff,#10141a);font-weight:600}
.chips{display:flex;flex-wrap:wrap;gap:.4rem}
.chip{border:1px solid var(--line);border-radius:99px;background:var(--card);padding:.15rem .7rem;cursor:pointer;font-size:13px}
.chip::before,.sev::before{content:"";display:inline-block;width:.6em;height:.6em;border-radius:50%;background:var(--c);margin-right:.45em}
.chip[aria-pressed=true]{border-color:var(--c);background:color-mix(in srgb,var(--c) 16%,var(--card))}
[hidden]{display:none!important}label{display:inline-flex;gap:.35rem;align-items:center;white-space:nowrap}
#count{color:var(--faint);margin-left:auto;white-space:nowrap}
main{flex:1;min-height:0;display:flex}
#list{flex:1;overflow:auto;background:var(--card);position:relative;min-width:0}
#columns,.row{display:grid;align-items:center;column-gap:.8rem;padding:0 1.4rem;min-width:62rem;height:34px}
.findings #columns,.findings .row,.packages #columns,.packages .row{grid-template-columns:8.2rem 12.5rem minmax(12rem,2fr) minmax(8rem,1.2fr) 3.4rem 4rem 6.6rem 9rem 6.2rem}
.packages .group{grid-template-columns:1.1rem minmax(12rem,2fr) minmax(10rem,2fr) minmax(14rem,2fr) 6rem;background:var(--bg);font-weight:600}
.fixes #columns,.fixes .row{grid-template-columns:minmax(12rem,1.4fr) minmax(10rem,1.4fr) minmax(12rem,1.6fr) minmax(13rem,1.4fr) 6rem 6rem}
main:has(#details:not([hidden])) :is(#columns,.row){min-width:40rem}
main:has(#details:not([hidden])) :is(.findings,.packages) :is(#columns,.row:not(.group)){grid-template-columns:7.2rem 11.5rem minmax(9rem,2fr) minmax(7rem,1.2fr) 3.4rem 6.6rem}
main:has(#details:not([hidden])) :is(.findings,.packages) :is(#columns,.row:not(.group))>:is(:nth-child(6),:nth-child(n+8)){display:none}
#columns{position:sticky;top:0;z-index:1;background:var(--card);border-bottom:1px solid var(--line);height:32px}
#columns button{border:0;background:none;padding:0;cursor:pointer;font-weight:600;font-size:12.5px;color:var(--faint);text-align:left;white-space:nowrap}
#columns button.num{text-align:right}#columns button[data-sorted]{color:var(--accent)}
#space{position:relative}#rows{position:absolute;left:0;right:0;top:0}
.row{border-bottom:1px solid var(--line);cursor:pointer}.row:hover{background:var(--hover)}
.row.chosen{background:color-mix(in srgb,var(--accent) 14%,var(--card));box-shadow:inset 3px 0 0 var(--accent)}
.row>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}
.row .faint,.faint{color:var(--faint);font-weight:400}
.sev{color:var(--c);font-weight:600}.num{text-align:right;font-variant-numeric:tabular-nums}
.tag{border:1px solid currentColor;border-radius:4px;padding:0 .35em;font-size:11px;margin-left:.35em}
.tag.hot{color:var(--bad)}.tag.new{color:var(--accent)}
.class-blocking{color:var(--bad);font-weight:600}
#empty{padding:2rem 1.4rem;color:var(--faint)}
#details{width:27rem;max-width:60vw;overflow:auto;border-left:1px solid var(--line);background:var(--card);padding:1rem 1.2rem 2rem;overflow-wrap:anywhere;unicode-bidi:isolate}
#details h2{font-size:1.05rem;margin:.2rem 0 .4rem;padding-right:2rem}#details h3{font-size:11.5px;color:var(--faint);text-transform:uppercase;letter-spacing:.04em;margin:1.1rem 0 .25rem}
#details p{margin:.3rem 0;white-space:pre-wrap}#details ul{margin:0;padding-left:1.1rem}#details a{color:var(--accent)}
#details .close{position:sticky;top:0;float:right;border:1px solid var(--line);border-radius:6px;background:var(--card);cursor:pointer;padding:.05rem .5rem}
#details .why{border-left:3px solid var(--v);padding-left:.7rem}
@media (max-width:60rem){#details{position:fixed;inset:0 0 0 auto;max-width:90vw;z-index:2;box-shadow:0 0 40px #0006}#count{margin-left:0}}
@media print{body{height:auto}#list{overflow:visible}}
`;
