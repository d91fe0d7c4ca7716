extension Page {
  /// Light and dark, on a desk and on a phone.
  static let style = """
    :root{color-scheme:light dark;--page:#fff;--ink:#1b2430;--soft:#4a5868;--rule:#dde3ea;--panel:#f4f6f8;\
    --bar:#0072b2;--wrong:#b3261e}
    @media (prefers-color-scheme:dark){:root{--page:#12161c;--ink:#e6ebf1;--soft:#a9b5c2;--rule:#323b46;\
    --panel:#1b2129;--bar:#3d9bd9;--wrong:#ff9a8f}}
    *{box-sizing:border-box}[hidden]{display:none!important}
    body{font:16px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif;max-width:44rem;\
    margin:1.5rem auto;padding:0 1rem;color:var(--ink);background:var(--page);overflow-wrap:anywhere}
    h1{font-size:1.7rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:1.6rem 0 .5rem}
    .note{font-size:.88rem;color:var(--soft);margin:.3rem 0 1rem}.wrong{color:var(--wrong)}
    .row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.8rem 0}
    select,input,button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--soft);\
    border-radius:.3rem;padding:.25rem .6rem;max-width:100%}
    #drop{display:flex;flex-direction:column;align-items:center;gap:.6rem;padding:1.4rem 1rem;cursor:pointer;\
    border:2px dashed var(--soft);border-radius:.5rem;background:var(--panel);text-align:center}
    #drop.over,#drop:focus-within{border-color:var(--bar);border-style:solid}
    #file{position:absolute;width:1px;height:1px;opacity:0}
    #preview{max-width:100%;max-height:15rem;min-width:6rem;image-rendering:pixelated;border-radius:.3rem}
    .class{margin:.5rem 0}.class div{display:flex;justify-content:space-between;gap:1rem}
    .class span:last-child{font-variant-numeric:tabular-nums;white-space:nowrap}
    .track{height:.6rem;background:var(--panel);border:1px solid var(--rule);border-radius:.3rem;overflow:hidden}
    .track i{display:block;height:100%;background:var(--bar)}
    .facts{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.15rem 1rem;font-size:.9rem;margin:.6rem 0}
    .facts dt{color:var(--soft)}.facts dd{margin:0}
    pre{background:var(--panel);padding:.8rem 1rem;font-size:.82rem;line-height:1.45;white-space:pre-wrap;\
    border-radius:.4rem;margin:.4rem 0}
    """
}
