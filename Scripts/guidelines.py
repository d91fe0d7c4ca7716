#!/usr/bin/env python3
"""Writes Docs/Guidelines.md and Docs/guidelines.html from the reports in Docs/Results.

    Scripts/guidelines.py            # writes both
    Scripts/guidelines.py --check    # exit code 1 where they are not what it would write
    Scripts/guidelines.py --keep tiles.json   # takes a report into Docs/Results first, without names of images and classes

Every figure is read from the JSON of `intaglio report`; the commands stand in Docs/Results/README.md. Rules are derived: what
holds at one point of loss, task by task.
"""

import argparse
import html
import json
import math
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "Docs" / "Results"
KEPT = ("candidates", "dequantized", "failures", "identity", "images", "kernels", "processor", "proof", "provenance",
        "reference", "schema", "threads", "verdict")
LIMITS = (0.5, 1.0)  # percentage points
TASKS = {  # file: what it is, in the order of the page
    "demo": "surface inspection of the demo: 6 classes, 64 × 64 grey, drawn",
    "digits": "handwritten digits: 10 classes, 28 × 28 grey",
    "fashion": "Fashion-MNIST: 10 classes, 28 × 28 grey",
    "tiles": "magnetic tiles: 6 classes of defects, 224 × 224",
    "imagenet": "ImageNet sample: 1,000 classes, 224 × 224",
}
QUOTED = [  # method, bits, DeiT-T, DeiT-S, DeiT-B, source; top-1 on ImageNet in percent
    ("float32", "32/32", "72.21", "79.85", "81.80", "arXiv 2012.12877"),
    ("FQ-ViT, no training", "8/8", "71.61", "79.17", "81.20", "arXiv 2111.13824"),
    ("RepQ-ViT, no training", "6/6", "70.76", "78.90", "81.27", "arXiv 2212.08254"),
    ("RepQ-ViT, no training", "4/4", "57.43", "69.03", "75.61", "arXiv 2212.08254"),
    ("ERQ, no training", "4/4", "61.79", "74.35", "79.18", "arXiv 2407.06794"),
    ("ERQ, no training", "3/4", "52.73", "69.09", "76.47", "arXiv 2407.06794"),
    ("OFQ, 300 epochs", "4/4", "75.46", "81.10", "–", "arXiv 2302.02210"),
    ("OFQ, 300 epochs", "3/3", "72.72", "79.57", "–", "arXiv 2302.02210"),
    ("OFQ, 300 epochs", "2/2", "64.33", "75.72", "–", "arXiv 2302.02210"),
    ("Q-ViT, trained", "3/3", "–", "79.1", "–", "arXiv 2210.06707"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something changes")
    parser.add_argument("--keep", action="append", default=[], metavar="REPORT", help="a report to take into Docs/Results")
    options = parser.parse_args()
    for path in map(pathlib.Path, options.keep):
        report = {key: value for key, value in json.loads(path.read_text()).items() if key in KEPT}
        (RESULTS / path.name).write_text(json.dumps(report, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    reports = {}
    for name in TASKS:
        path = RESULTS / f"{name}.json"
        if path.exists():
            reports[name] = json.loads(path.read_text())
    if not reports:
        sys.exit(f"{RESULTS}: no reports; expected files such as demo.json, made by 'intaglio report'")
    stale = []
    for path, text in (
        (ROOT / "Docs" / "Guidelines.md", markdown(reports)),
        (ROOT / "Docs" / "guidelines.html", page(reports)),
    ):
        if options.check:
            if not path.exists() or path.read_text() != text:
                stale.append(path.name)
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"{', '.join(stale)}: not what Scripts/guidelines.py writes; run it and commit what changes")


# What a row says


def standing(row, limit):
    """As AdoptionStanding: the whole interval within the limit, beyond it, or neither."""
    if row["dropHigh"] <= limit:
        return "holds"
    return "fails" if row["dropLow"] > limit else "undecided"


def label(row):
    kind = row.get("candidate", {})
    if "mixed" in kind:
        return f"mixed ({row['meanWeightBits']:.1f}/{row['meanActivationBits']:.1f})"
    if "given" in kind:
        name = row["name"]
        if name.startswith("demo:"):
            return f"{name[5:]}/{name[5:]} trained"
        # Outlier channels and zero points make a few operands wider.
        return f"{int(row['meanWeightBits'])}/{int(row['meanActivationBits'])} trained"
    return row["name"]


def bits(row):
    return label(row).removesuffix(" trained")


def is_trained(row):
    return "given" in row.get("candidate", {})


def milliseconds(row):
    return row["timings"][0]["p50"]


def cells(report, row):
    reference = report["reference"]
    return [
        label(row),
        f"{100 * row['top1']['value']:.2f} %",
        f"{row['drop']:.2f} ({row['dropLow']:.2f} to {row['dropHigh']:.2f})",
        standing(row, LIMITS[0]),
        standing(row, LIMITS[1]),
        f"{row['sameAnswers']['total'] - row['sameAnswers']['hits']}",
        f"{row['bytes'] / 1024:,.0f} KiB",
        f"{reference['bytes'] / row['bytes']:.1f}",
        f"{milliseconds(reference) / milliseconds(row):.1f}",
    ]


HEADS = ["bits W/A", "top-1", "points lost (95 %)", "within 0.5", "within 1.0", "flips", "size",
         "times smaller", "times faster"]


def intro(name, report):
    reference = report["reference"]
    return (
        f"{TASKS[name]}. {report['images']['evaluation']:,} images judge, {report['images']['calibration']:,} calibrate; "
        f"float32 {100 * reference['top1']['value']:.2f} %, {reference['bytes'] / 1048576:.1f} MiB, "
        f"{milliseconds(reference):.3g} ms an image."
    )


def rules(reports):
    """One sentence a task: the fewest bit operations that hold a limit, with and without training."""
    lines = []
    for name, report in reports.items():
        rows = report["candidates"]
        parts = []
        # The demo's models were trained at their widths.
        kinds = ((True, ""),) if name == "demo" else ((False, "without training "), (True, "trained "))
        for trained, words in kinds:
            some = [row for row in rows if is_trained(row) == trained]
            if not some:
                continue
            best = [
                min((row for row in some if standing(row, limit) == "holds"),
                    key=lambda row: row["bitOperations"], default=None)
                for limit in LIMITS
            ]
            if best[1] is None:
                hopeful = [row for row in some if standing(row, LIMITS[1]) == "undecided"]
                parts.append(
                    f"{words}nothing is shown to hold 1 point"
                    + (f" (undecided: {', '.join(label(row) for row in hopeful)})" if hopeful else "")
                )
            elif best[0] is best[1]:
                parts.append(f"{words}{bits(best[1])} holds half a point")
            else:
                half = f", {bits(best[0])} half a point" if best[0] else ", nothing is shown to hold half a point"
                parts.append(f"{words}{bits(best[1])} holds 1 point{half}")
        lines.append((name, "; ".join(parts)))
    return lines


def few(reports):
    """Where the images are too few to tell half a point."""
    lines = []
    for name, report in reports.items():
        open_rows = [row for row in report["candidates"] if standing(row, LIMITS[0]) == "undecided"]
        if not open_rows:
            continue
        n = report["images"]["evaluation"]
        changed = max((row["lost"] + row["won"]) / n for row in open_rows)
        needed = math.ceil(1.959963984540054**2 * changed / 0.005**2)
        lines.append(
            (name, f"{len(open_rows)} of {len(report['candidates'])} widths are undecided at half a point with {n:,} images; "
             f"to tell half a point of loss where {100 * changed:.1f} % of the answers change takes about {needed:,}")
        )
    return lines


# Documents

HEADER = "Which bit width for which task?"
LEAD = (
    "Measured by 'intaglio report' on integer-only programs: no float operation between the quantized image and the logits. "
    "W/A: bits of weights and activations; the first and the last layer keep 8. 'holds': the whole 95 % paired interval of the loss is "
    "within the limit; 'undecided': the images are too few to tell. Flips: images with another first answer than float32. "
    "Speed: one image a call, {threads} threads, {processor}."
)
GENERAL = [
    "Measure on your own model and images (intaglio report): the same width costs a tenth of a point on one task and ten points on another.",
    "Count flips, not only accuracy: where right answers that are lost and won cancel out, the product still behaves differently.",
    "An interval needs images: to show that half a point holds takes thousands; with hundreds only losses of some points can be told.",
]


def general(reports):
    """What holds over all tasks, and what training gave back; then what is true whatever the figures."""
    rows = [(name, row) for name, report in reports.items() for row in report["candidates"]]
    eight = [row for _, row in rows if label(row).startswith("8/8")]
    held = sum(standing(row, LIMITS[0]) == "holds" for row in eight)
    lines = [
        f"Begin at 8/8, which held half a point on {held} of {len(eight)} tasks here, and go down while the verdict says 'holds'."
    ]
    back = []
    for name, row in rows:
        if not is_trained(row) or name == "demo":
            continue
        plain = next((r for n, r in rows if n == name and label(row) == f"{label(r)} trained"), None)
        if plain and plain["drop"] > 0:
            share = 1 - row["drop"] / plain["drop"]
            amount = f"{100 * share:.0f} %" if share < 1 else "all"
            back.append(f"{amount} at {label(plain)} ({TASKS[name].split(':')[0]})")
    if back:
        lines.append(f"At few bits train (intaglio-train). Of the points lost without training it gave back {', '.join(back)}.")
    slow = [
        f"{label(row)} ({TASKS[name].split(':')[0]})" for name, row in rows
        if milliseconds(row) > 0.95 * milliseconds(reports[name]["reference"])
    ]
    if slow:
        lines.append(f"Few bits are not always fast: slower than float32, or hardly faster, were {', '.join(slow)}.")
    return lines + GENERAL


def markdown(reports):
    first = next(iter(reports.values()))
    out = ["<!-- Generated by Scripts/guidelines.py from Docs/Results; do not edit. -->", f"# {HEADER}", "",
           wrap(LEAD.format(threads=first["threads"], processor=first["processor"])), "",
           "## Rules", ""]
    out += [f"- {wrap(line)}" for line in general(reports)]
    out += ["", "Task by task:", ""]
    out += [f"- [{TASKS[name].split(':')[0]}](#{name}): {text}." for name, text in rules(reports)]
    out += ["", "Where the data are too few:", ""]
    out += [f"- [{TASKS[name].split(':')[0]}](#{name}): {text}." for name, text in few(reports)]
    out += ["", "## Measured"]
    for name, report in reports.items():
        out += ["", f'### <a id="{name}"></a>{TASKS[name].split(":")[0]}', "", wrap(intro(name, report)), "",
                "| " + " | ".join(HEADS) + " |", "|---|" + "---:|" * (len(HEADS) - 1)]
        out += ["| " + " | ".join(cells(report, row)) + " |" for row in report["candidates"]]
        out += ["", f"`{report['identity']['command']}`"]
    out += ["", "## Quoted, not measured here", "",
            "Top-1 on ImageNet in percent, as published; most leave softmax, GELU and LayerNorm in float.", "",
            "| method | bits W/A | DeiT-T | DeiT-S | DeiT-B | source |", "|---|---|---:|---:|---:|---|"]
    out += ["| " + " | ".join(row) + " |" for row in QUOTED]
    return "\n".join(out) + "\n"


def wrap(text, width=140):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join(lines + [line])


def page(reports):
    first = next(iter(reports.values()))
    esc = html.escape
    body = [f"<h1>{HEADER}</h1>",
            f"<p>{esc(LEAD.format(threads=first['threads'], processor=first['processor']))}</p>",
            "<h2>Rules</h2><ul>", *[f"<li>{esc(line)}</li>" for line in general(reports)], "</ul><p>Task by task:</p><ul>",
            *[f'<li><a href="#{n}">{esc(TASKS[n].split(":")[0])}</a>: {esc(t)}.</li>' for n, t in rules(reports)],
            "</ul><p>Where the data are too few:</p><ul>",
            *[f'<li><a href="#{n}">{esc(TASKS[n].split(":")[0])}</a>: {esc(t)}.</li>' for n, t in few(reports)], "</ul>"]
    for name, report in reports.items():
        body += [f'<h2 id="{name}">{esc(TASKS[name].split(":")[0])}</h2>', f"<p>{esc(intro(name, report))}</p>",
                 chart(report), '<div class="wide"><table><tr>', *[f"<th>{esc(h)}</th>" for h in HEADS], "</tr>"]
        for row in report["candidates"]:
            body.append("<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in cells(report, row)) + "</tr>")
        body += ["</table></div>", f"<pre>{esc(report['identity']['command'])}</pre>"]
    body += ["<h2>Quoted, not measured here</h2>",
             "<p>Top-1 on ImageNet in percent, as published; most leave softmax, GELU and LayerNorm in float.</p>",
             '<div class="wide"><table><tr><th>method</th><th>bits W/A</th><th>DeiT-T</th><th>DeiT-S</th><th>DeiT-B</th>'
             "<th>source</th></tr>",
             *["<tr>" + "".join(f"<td>{esc(c)}</td>" for c in row) + "</tr>" for row in QUOTED], "</table></div>"]
    return PAGE.format(title=HEADER, body="\n".join(body))


def chart(report):
    """Points lost with their interval, one row a width."""
    rows = report["candidates"]
    low = min(-1.0, *(row["dropLow"] for row in rows))
    high = max(2.0, *(min(row["dropHigh"], 15.0) for row in rows))

    def x(value):
        return 130 + 250 * (min(value, high) - low) / (high - low)

    height = 24 * len(rows) + 40
    parts = [f'<svg viewBox="0 0 400 {height}" role="img" aria-label="Points of top-1 lost, with 95 % intervals">',
             f'<line class="limit" x1="{x(1):.1f}" x2="{x(1):.1f}" y1="16" y2="{height - 22}"/>',
             f'<text class="mid" x="{x(1):.1f}" y="11">1 point</text>',
             f'<line class="axis" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="16" y2="{height - 22}"/>',
             f'<text class="mid" x="{x(0):.1f}" y="{height - 8}">0 points lost</text>']
    for index, row in enumerate(rows):
        y = 30 + 24 * index
        parts += [f'<text x="0" y="{y + 4}">{html.escape(label(row))}</text>',
                  f'<line class="reach" x1="{x(row["dropLow"]):.1f}" x2="{x(row["dropHigh"]):.1f}" y1="{y}" y2="{y}"/>',
                  f'<circle cx="{x(row["drop"]):.1f}" cy="{y}" r="4"/>']
    return "\n".join([*parts, "</svg>"])


PAGE = """<!doctype html>
<!-- Generated by Scripts/guidelines.py from Docs/Results; do not edit. -->
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root{{color-scheme:light dark;--ink:#1b2430;--page:#fff;--line:#dde3ea;--mark:#0072b2;--limit:#b3261e}}
@media(prefers-color-scheme:dark){{:root{{--ink:#e6eaf0;--page:#14181e;--line:#39424e;--mark:#56b4e9;--limit:#ff8a80}}}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--page)}}
a{{color:var(--mark)}} .wide{{overflow-x:auto}} table{{border-collapse:collapse;font-size:.85rem}}
th,td{{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}}
pre{{font-size:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}}
svg{{max-width:40rem;width:100%;font-size:12px}} svg text{{fill:var(--ink)}} .mid{{text-anchor:middle}}
circle{{fill:var(--mark)}} .reach{{stroke:var(--mark);stroke-width:2}} .axis{{stroke:var(--line)}}
.limit{{stroke:var(--limit);stroke-dasharray:4 3}}
@media print{{svg,table{{break-inside:avoid}} th,td{{white-space:normal;padding:.15rem .3rem}} table{{font-size:.7rem}}}}
</style></head><body>
{body}
</body></html>
"""

if __name__ == "__main__":
    main()
