#!/usr/bin/env python3
"""Looks at HTML reports as a reader would: on a desk and on a phone, in light and dark, and in print.

    .build/release/intaglio demo --page demo.html
    Scripts/check-pages.py demo.html [--screenshots DIR]

Takes a headless Chromium (or $CHROMIUM) and Python's own library, and tidy where it is installed. Each page
is checked for: references to elsewhere, scripts and requests; language, ids, links and texts for images; at
1280 and 390 pixels, light and dark: no scrolling sideways, no two texts upon each other, no text of a drawing
upon a mark or beyond the drawing's edge, none smaller than 9 pixels, none with a contrast below 4.5:1
(folded parts are unfolded first); the same on paper, where nothing may be folded or cut; and that it prints.
Says what is wrong and exits with 1; 2 without Chromium.
"""

import argparse
import collections
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (1280, 390)
SCHEMES = {"light": 1, "dark": 0}  # as Chromium numbers them
TALLEST = 16000
PAPER = 680  # pixels of 180 mm

# Runs in the page; returns what is wrong in words.
MEASURE = r"""
const short = t => { t = t.replace(/\s+/g, ' ').trim(); return t.length > 40 ? t.slice(0, 39) + '…' : t; };
const faults = [], add = (kind, text) => faults.push(kind + ': ' + text);
document.querySelectorAll('details').forEach(d => {
  if (!paper) d.open = true;
  else if (![...d.children].every(e => e.checkVisibility({ contentVisibilityAuto: true }) && e.offsetHeight))
    add('folded', `"${short(d.firstElementChild.textContent)}" is not unfolded`);
});
if (paper) for (const e of document.querySelectorAll('body *'))
  if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1)
    add('cut', `"${short(e.textContent)}" is cut by ${e.scrollWidth - e.clientWidth} pixels`);
const over = document.documentElement.scrollWidth - innerWidth;
if (over > 0) {
  const wide = [...document.body.querySelectorAll('*')].filter(e =>
    e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.wide, pre')).slice(0, 3);
  add('overflow', `the page is ${over} pixels too wide` + wide.map(e => `, ${e.tagName.toLowerCase()} "${short(e.textContent)}"`).join(''));
}

// Colours
const parse = c => {
  const m = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(c);
  return m ? [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]] : null;
};
const upon = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const luminance = c => {
  const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};
const scheme = getComputedStyle(document.documentElement).colorScheme;
const canvas = dark && /dark/.test(scheme) ? [18, 18, 18, 1] : [255, 255, 255, 1];
const ground = element => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (!c) return null;
    layers.push(c);
    if (c[3] === 1) break;
  }
  return layers.reverse().reduce((below, layer) => upon(layer, below), canvas);
};

// Shapes, as corners
const corners = element => {
  const b = element.getBBox(), m = element.getScreenCTM();
  // Of a text only what ink covers: the box has room above and below.
  const isText = element.tagName === 'text', size = parseFloat(getComputedStyle(element).fontSize);
  const base = isText ? (element.y.baseVal.length ? element.y.baseVal[0].value : 0) : 0;
  const dy = isText && element.dy.baseVal.length ? element.dy.baseVal[0].value : 0;
  const top = isText ? base + dy - 0.74 * size : b.y, bottom = isText ? base + dy + 0.18 * size : b.y + b.height;
  return [[b.x, top], [b.x + b.width, top], [b.x + b.width, bottom], [b.x, bottom]].map(([x, y]) => [
    m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f]);
};
const meet = (p, q) => {
  for (const shape of [p, q]) for (let i = 0; i < 4; i++) {
    const [a, b] = [shape[i], shape[(i + 1) % 4]], n = [b[1] - a[1], a[0] - b[0]];
    const length = Math.hypot(...n);
    if (!length) continue;
    const on = s => s.map(c => (c[0] * n[0] + c[1] * n[1]) / length);
    const [u, v] = [on(p), on(q)];
    if (Math.max(...u) <= Math.min(...v) + 0.5 || Math.max(...v) <= Math.min(...u) + 0.5) return false;
  }
  return true;
};

// Drawings
const colourful = (style, name) => { const c = parse(style[name]); return c && c[3] > 0 ? c : null; };
for (const svg of document.querySelectorAll('svg[role=img]')) {
  const name = short(svg.getAttribute('aria-label') || 'a drawing'), edge = svg.getBoundingClientRect();
  const shapes = [...svg.querySelectorAll('text, rect, circle, polygon, path')].filter(e => !e.closest('defs'));
  const texts = shapes.filter(e => e.tagName === 'text' && e.textContent.trim());
  const boxes = new Map(shapes.map(e => [e, corners(e)]));
  texts.forEach((text, index) => {
    const box = boxes.get(text), words = short(text.firstChild.textContent), style = getComputedStyle(text);
    const m = text.getScreenCTM(), size = parseFloat(style.fontSize) * Math.hypot(m.a, m.b);
    if (size < 9) add('small', `"${words}" is ${size.toFixed(1)} pixels (${name})`);
    if (box.some(([x, y]) => x < edge.left - 1 || x > edge.right + 1 || y < edge.top - 1 || y > edge.bottom + 1))
      add('edge', `"${words}" leaves its drawing (${name})`);
    for (const other of texts.slice(index + 1)) if (meet(box, boxes.get(other)))
      add('overlap', `"${words}" and "${short(other.textContent)}" (${name})`);
    for (const mark of shapes) if (/circle|polygon/.test(mark.tagName) && meet(box, boxes.get(mark)))
      add('overlap', `"${words}" and a mark (${name})`);
    let below = ground(svg);
    const middle = [0, 1].map(i => (box[0][i] + box[2][i]) / 2);
    for (const shape of shapes) {
      if (shape === text) break;
      const paint = getComputedStyle(shape), fill = shape.tagName === 'text' ? null : colourful(paint, 'fill');
      const b = boxes.get(shape), [xs, ys] = [b.map(c => c[0]), b.map(c => c[1])];
      const flat = Math.min(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) < 1;
      if (!fill || flat || !below || middle[0] < Math.min(...xs) || middle[0] > Math.max(...xs)
        || middle[1] < Math.min(...ys) || middle[1] > Math.max(...ys)) continue;
      below = upon([fill[0], fill[1], fill[2], fill[3] * paint.fillOpacity * paint.opacity], below);
    }
    const ink = colourful(style, 'fill');
    if (ink && below && contrast(upon(ink, below), below) < 4.5)
      add('contrast', `"${words}" has ${contrast(upon(ink, below), below).toFixed(2)}:1 (${name})`);
  });
}

// Texts of the page
const pieces = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  const owner = node.parentElement;
  if (!node.textContent.trim() || owner.closest('svg, script, style') || !owner.checkVisibility()) continue;
  const style = getComputedStyle(owner), size = parseFloat(style.fontSize), words = short(node.textContent);
  if (size < 9) add('small', `"${words}" is ${size} pixels`);
  const [ink, below] = [parse(style.color), ground(owner)];
  if (ink && below && contrast(upon(ink, below), below) < 4.5)
    add('contrast', `"${words}" has ${contrast(upon(ink, below), below).toFixed(2)}:1`);
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const r of range.getClientRects()) {
    let [left, right] = [r.left, r.right];
    for (let e = owner; e; e = e.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) {
      const clip = e.getBoundingClientRect();
      [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
    }
    const inset = Math.max(0, (r.height - size) / 2) + size * 0.12;
    if (right - left > 1) pieces.push({ node, words, left, right, top: r.top + inset, bottom: r.bottom - inset });
  }
}
pieces.sort((a, b) => a.top - b.top);
pieces.forEach((a, index) => {
  for (let i = index + 1; i < pieces.length && pieces[i].top < a.bottom - 0.5; i++) {
    const b = pieces[i];
    if (a.node !== b.node && a.left < b.right - 0.5 && b.left < a.right - 0.5) add('overlap', `"${a.words}" and "${b.words}"`);
  }
});
for (const entry of performance.getEntriesByType('resource'))
  if (!entry.name.startsWith('data:')) add('request', entry.name);
return { faults, width: innerWidth, dark: matchMedia('(prefers-color-scheme:dark)').matches,
  texts: pieces.length, drawings: document.querySelectorAll('svg[role=img]').length };
"""


class Source(html.parser.HTMLParser):
    """What can be told from a page's text."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

    def __init__(self, text):
        super().__init__()
        self.faults, self.ids, self.links, self.open = [], collections.Counter(), [], []
        self.language, self.style = None, False
        self.feed(text)
        if not re.match(r"(?i)\s*<!doctype html>", text):
            self.faults.append("no <!doctype html>")
        if not self.language:
            self.faults.append("<html> names no language")
        self.faults += [f"id {name!r} occurs {n} times" for name, n in self.ids.items() if n > 1]
        self.faults += [f"a link leads to #{name}, which is not there" for name in self.links if name not in self.ids]
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in {"script", "iframe", "object", "embed", "link", "base", "form"}:
            self.faults.append(f"a <{tag}>")
        if tag == "html":
            self.language = values.get("lang")
        if "id" in values:
            self.ids[values["id"]] += 1
        if tag == "img" and not values.get("alt"):
            self.faults.append("an image without alt")
        if tag == "svg" and values.get("aria-hidden") != "true" and not (values.get("role") and values.get("aria-label")):
            self.faults.append("a drawing without role and aria-label")
        for name, value in attributes:
            if name.startswith("on"):
                self.faults.append(f"{name} of <{tag}> is a script")
            if name in {"src", "href", "xlink:href", "srcset", "poster", "data", "action", "background"}:
                if name == "href" and (value or "").startswith("#"):
                    self.links.append(value[1:])
                elif not (value or "").startswith("data:"):
                    self.faults.append(f"{name} of <{tag}> leads elsewhere: {value}")
            if name == "style":
                self.elsewhere(value or "")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.elsewhere(data)

    def elsewhere(self, style):
        for match in re.findall(r"url\(\s*['\"]?(?!data:|#)[^)]*\)|@import[^;]*", style):
            self.faults.append(f"style leads elsewhere: {match}")


class Browser:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *arguments, scheme="light"):
        command = [
            self.program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", "--allow-file-access-from-files",
            f"--user-data-dir={self.folder / 'profile'}", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
            *arguments,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{self.program} failed: {done.stderr.decode(errors='replace')[-400:]}")
        return done.stdout.decode(errors="replace")

    def framed(self, page, width, height, script=""):
        """A page around `page`, for no window is narrower than 500 pixels."""
        frame = self.folder / "frame.html"
        frame.write_text(
            "<!doctype html><meta charset=utf-8><style>:root{color-scheme:light dark;background:#808080}"
            f"body{{margin:0}}iframe{{border:0;display:block;width:{width}px;height:{height}px}}</style>"
            f"<iframe src='{page.as_uri()}'></iframe>{script}",
            encoding="utf-8",
        )
        return frame.as_uri()

    def measure(self, text, width, scheme, paper=False):
        page = self.folder / "page.html"
        dark, paper = json.dumps(scheme == "dark"), json.dumps(paper)
        # The height first: what the frame cuts is laid out all the same.
        code = f"window.measured = () => {{ const dark = {dark}, paper = {paper}; {MEASURE} }};"
        code += "window.tall = () => document.documentElement.scrollHeight;"
        page.write_text(text.replace("</body>", f"<script>{code}</script></body>"), encoding="utf-8")
        script = (
            "<pre id=result></pre><script>onload = () => { const w = document.querySelector('iframe').contentWindow;"
            "const tall = w.tall(); result.textContent = JSON.stringify({ tall, ...w.measured() }); }</script>"
        )
        uri = self.framed(page, width, 800, script)
        dump = self.run(f"--window-size={max(width, 500)},900", "--dump-dom", uri, scheme=scheme)
        match = re.search(r'<pre id="result">(.+?)</pre>', dump, re.S)
        if not match:
            raise RuntimeError("the page could not be measured")
        result = json.loads(html.unescape(match[1]))
        if result["width"] != width or result["dark"] != (scheme == "dark"):
            raise RuntimeError(f"{self.program} shows neither the width nor the colours that it was asked for")
        return result

    def screenshot(self, path, width, height, scheme, to):
        height = min(height, TALLEST)
        uri = self.framed(path, width, height)
        self.run(f"--window-size={max(width, 500)},{height}", f"--screenshot={to}", uri, scheme=scheme)

    def prints(self, path, to):
        self.run("--no-pdf-header-footer", f"--print-to-pdf={to}", path.as_uri(), scheme="dark")
        if not to.is_file() or not to.read_bytes().startswith(b"%PDF"):
            return ["does not print"]
        return []


def tidy(path):
    if not shutil.which("tidy"):
        return []
    done = subprocess.run(["tidy", "-e", "-q", "-utf8", str(path)], capture_output=True, check=False)
    return [f"tidy: {line}" for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]


def check(path, browser, screenshots):
    """The faults of a page, and what was looked at."""
    text = path.read_text(encoding="utf-8")
    faults = Source(text).faults + tidy(path)
    name, seen = path.stem, None
    for width in WIDTHS:
        for scheme in SCHEMES:
            result = browser.measure(text, width, scheme)
            seen = result
            faults += [f"{width} px, {scheme}: {fault}" for fault in result["faults"]]
            if screenshots:
                to = screenshots / f"{name}-{width}-{scheme}.png"
                browser.screenshot(path, width, result["tall"], scheme, to)
    # What style says of print, upon a screen as wide as A4 within its margins.
    printed = re.sub(r"@media print\b", "@media all", text)
    result = browser.measure(printed, PAPER, "light", paper=True)
    faults += [f"print: {fault}" for fault in result["faults"]]
    faults += browser.prints(path, (screenshots or browser.folder) / f"{name}.pdf")
    return faults, f"{seen['texts']} texts, {seen['drawings']} drawings"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path, metavar="PAGE", help="HTML files")
    parser.add_argument("--screenshots", type=pathlib.Path, metavar="DIR", help="where pictures and PDFs are kept")
    parser.add_argument("--most", type=int, default=20, help="faults of a page that are printed (20)")
    options = parser.parse_args()
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    program = next((found for found in map(shutil.which, filter(None, names)) if found), None)
    if not program:
        print("Chromium is missing; 'apt-get install chromium', or name one in $CHROMIUM", file=sys.stderr)
        return 2
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, pathlib.Path(folder))
        for page in options.pages:
            try:
                screenshots = options.screenshots and options.screenshots.resolve()
                faults, seen = check(page.resolve(), browser, screenshots)
            except (OSError, RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
                faults, seen = [str(error)], "nothing seen"
            failed += bool(faults)
            print(f"{page}: {len(faults)} faults" if faults else f"{page}: no fault ({seen})")
            for fault in faults[: options.most]:
                print(f"  {fault}")
            if len(faults) > options.most:
                print(f"  … and {len(faults) - options.most} more")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
