extension HTML {
  /// How pages look: light and dark, on a phone and in print.
  static var style: String { [colours, text, parts, charts, print].joined(separator: "\n") }

  private static let light = """
    --page:#fff;--ink:#1b2430;--soft:#4a5868;--rule:#dde3ea;--panel:#f4f6f8;--card:#eef3f8;--link:#00609a;\
    --wrong:#b3261e;--good:#e3f4ec;--good-ink:#00553b;--bad:#fdeae6;--bad-ink:#8f1d13;--unknown:#fdf3d8;--unknown-ink:#654a00;\
    --c0:#0072b2;--c1:#d55e00;--c2:#00875f;--c3:#b0508a;--c4:#8a6500;--c5:#5b6674;\
    --s0:#0072b2;--s1:#e69f00;--s2:#009e73;--s3:#cc79a7;--s4:#56b4e9;\
    --cold:#0072b2;--warm:#e07b00;--limit:#b3261e;--grid:#dde3ea
    """

  private static let dark = """
    --page:#12161c;--ink:#e6ebf1;--soft:#a9b5c2;--rule:#323b46;--panel:#1b2129;--card:#1e2833;--link:#7cc4f0;\
    --wrong:#ff9a8f;--good:#10302a;--good-ink:#8fe3c2;--bad:#3a1b18;--bad-ink:#ffb4aa;--unknown:#352b10;--unknown-ink:#f3d27a;\
    --c0:#56b4e9;--c1:#f58a45;--c2:#2cc394;--c3:#e39ac5;--c4:#e3b341;--c5:#a3adb9;\
    --s0:#3d9bd9;--s1:#e69f00;--s2:#1fae83;--s3:#cc79a7;--s4:#8ccff5;\
    --cold:#2f8fd0;--warm:#c26a00;--limit:#ff9a8f;--grid:#2b333d
    """

  private static let colours = """
    :root{color-scheme:light dark;\(light)}
    @media (prefers-color-scheme:dark){:root{\(dark)}}
    """

  private static let text = """
    *{box-sizing:border-box}
    body{font:16px/1.5 system-ui,-apple-system,"Segoe UI","Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP",sans-serif;\
    max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--page);overflow-wrap:anywhere}
    h1{font-size:1.7rem;line-height:1.25;margin-bottom:.3rem}h2{font-size:1.2rem;margin-top:2.2rem}
    h1,h2{text-wrap:balance}:lang(ja) h1,:lang(ja) h2{word-break:auto-phrase}
    a{color:var(--link)}.note,.chart .note{font-size:.82rem;color:var(--soft)}
    table{border-collapse:collapse;font-size:.85rem;width:100%;overflow-wrap:normal}
    th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--rule)}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    pre{background:var(--panel);padding:.8rem 1rem;overflow-x:auto;font-size:.82rem;line-height:1.45}
    pre.code{white-space:pre-wrap;overflow-wrap:anywhere;border-radius:.4rem}
    @media screen and (max-width:40rem){.wide table{width:max-content;min-width:100%}td,th{max-width:18rem}}
    li{margin:.15rem 0}
    footer{margin-top:3rem;font-size:.8rem;color:var(--soft)}
    """

  private static let parts = """
    nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.8rem 0 1.4rem;padding-bottom:.6rem;\
    border-bottom:1px solid var(--rule);font-size:.9rem}
    .wide{overflow-x:auto;margin:1rem 0}.wide>svg{display:block}
    .verdict{display:flex;gap:.7rem;align-items:baseline;padding:.7rem .9rem;border-radius:.4rem;border-left:.4rem solid}
    .verdict span{font-weight:700}.verdict strong{font-weight:600}
    .holds{background:var(--good);color:var(--good-ink)}.fails{background:var(--bad);color:var(--bad-ink);border-left-style:double}
    .open{background:var(--unknown);color:var(--unknown-ink);border-left-style:dotted}
    details{margin:1rem 0}summary{cursor:pointer;color:var(--link)}
    .highlights{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.8rem;margin:1.2rem 0}
    .highlights div{background:var(--card);border-radius:.4rem;padding:.7rem .9rem}
    .highlights strong{display:block;font-size:1.35rem}.highlights span{font-size:.85rem;color:var(--soft)}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr));gap:.8rem}
    .pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:1rem .8rem;margin:1rem 0}
    figure{margin:0}figure img{width:100%;image-rendering:pixelated;border-radius:.25rem;display:block}
    figcaption{font-size:.78rem;color:var(--soft)}.wrong figcaption{color:var(--wrong)}
    .pictures span{display:block}.pictures span:first-child{color:var(--ink);font-weight:600}
    """

  private static let charts = """
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,23rem),1fr));gap:1.4rem 1.6rem;margin:1.2rem 0}
    .chart{max-width:33rem;min-width:0}.chart.broad{grid-column:1/-1;max-width:none}.chart figcaption{font-size:.95rem;font-weight:600;color:var(--ink)}
    .chart .wide{margin:.3rem 0}.chart .note{margin:.3rem 0}
    .legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;padding:0;margin:.3rem 0;font-size:.82rem}
    .legend svg{vertical-align:-.1em}.names{font-size:.82rem;margin:.3rem 0;columns:10rem}
    .chart .wide svg{width:100%;font-size:12px}svg text{fill:var(--ink);text-rendering:geometricPrecision}
    .drawings{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,23rem),1fr));gap:0 1.6rem}.chart .frame{fill:none;stroke:var(--soft);stroke-width:.8}
    .chart .cell,.chart .tick,.chart .name,.chart .limit-name{font-size:11px}.chart .tick{fill:var(--soft)}
    .chart .marked{font-weight:700}.chart .band{fill:var(--card)}
    .chart .name,.chart .limit-name{paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}
    .chart .limit{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:6 3}.chart .limit-name{fill:var(--limit)}
    .chart .grid,.lines .grid,.roofline .grid{stroke:var(--grid);stroke-width:1;fill:none}
    .chart .whisker{stroke:var(--ink);stroke-width:1.2}.chart .leader{stroke:var(--soft);stroke-width:.8}
    .chart .front{stroke:var(--soft);stroke-width:1.5;fill:none}
    .chart .cold{fill:var(--cold)}.chart .warm{fill:var(--warm)}
    .chart .c0{fill:var(--c0)}.chart .c1{fill:var(--c1)}.chart .c2{fill:var(--c2)}
    .chart .c3{fill:var(--c3)}.chart .c4{fill:var(--c4)}.chart .c5{fill:var(--c5)}
    .chart circle,.chart polygon{stroke:var(--page);stroke-width:1}
    .bars,.lines,.stack,.roofline{font-size:13px;width:100%;min-width:45rem}
    .bars rect{fill:var(--c0)}.lines{font-size:12px}
    .lines .title,.stack .title,.roofline .title{font-weight:600}
    .lines .tick,.roofline .tick{text-anchor:end;fill:var(--soft)}
    .lines .place{text-anchor:end;fill:var(--soft)}.roofline .place{text-anchor:middle;fill:var(--soft)}
    .lines line,.lines polyline{stroke-width:2}.lines .mark{stroke:var(--s1);stroke-dasharray:4 3}.lines .grid{stroke-width:1}
    .lines .c0{stroke:var(--c0);fill:var(--c0)}.lines .c1{stroke:var(--c1);fill:var(--c1)}
    .lines circle{stroke:none}.lines polyline.c0,.lines polyline.c1{fill:none}
    .lines polyline.c1,.lines line.c1{stroke-dasharray:6 3}
    .stack rect{stroke:var(--page);stroke-width:1}
    .s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}
    .roofline .roof{fill:none;stroke:var(--ink);stroke-width:2}
    """

  /// On A4, in the light colours, with everything unfolded and no figure cut.
  private static let print = """
    @page{size:A4;margin:15mm}
    @media print{:root{color-scheme:light;\(light)}
    body{max-width:none;margin:0;padding:0;font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    nav{display:none}.wide{overflow:visible}.bars,.lines,.stack,.roofline,.wide>svg{min-width:0!important}
    details::details-content{display:block;content-visibility:visible;block-size:auto;opacity:1}
    details>*{display:block}summary{list-style:none}
    h2,summary,.chart figcaption,.legend{break-after:avoid}.chart:not(.several){break-inside:avoid}
    .charts,.drawings{grid-template-columns:1fr 1fr;gap:.8rem .6rem}pre{white-space:pre-wrap}svg,tr,.gallery figure,.pictures figure,.verdict,.highlights div{break-inside:avoid}
    thead{display:table-header-group}table{font-size:8.5pt}.number{white-space:normal}a{color:inherit;text-decoration:none}
    .chart svg{max-height:24cm}}
    """
}
