import Hummingbird
import NIOCore

/// The page at `/`: one HTML document that needs nothing from elsewhere.
enum Page {
  /// The document; a browser is told to take nothing from other places.
  static let response = Response(
    status: .ok,
    headers: [
      .contentType: "text/html; charset=utf-8",
      .cacheControl: "no-cache",
      .contentSecurityPolicy:
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        + "img-src blob: data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ],
    body: ResponseBody(byteBuffer: ByteBuffer(string: html))
  )

  static let html = """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <link rel="icon" href="data:,"><title>Intaglio</title><style>\(style)</style></head><body>
    <h1>Intaglio</h1>
    <p class="note">A Vision Transformer on low-bit integers answers on this machine.</p>
    <div class="row"><label for="model">Model</label> <select id="model"></select>
    <label for="token" class="token" hidden>Token</label>
    <input id="token" class="token" type="password" autocomplete="off" hidden></div>
    <label id="drop" for="file"><input id="file" type="file" accept="image/png,image/jpeg">
    <img id="preview" alt="" hidden><span id="hint">Drop a PNG or JPEG image here, or choose one</span></label>
    <p id="status" role="status" class="note"></p>
    <section id="answer" hidden><h2>Answer</h2><div id="bars"></div>
    <dl id="times" class="facts"></dl></section>
    <section><h2>Program</h2><dl id="facts" class="facts"></dl></section>
    <section><h2>Call it</h2><pre id="curl"></pre>
    <button id="copy" type="button">Copy</button></section>
    <script>\(script)</script></body></html>
    """
}
