/// An image with several lines below it, for grids of images that need more than a name.
public struct Picture: Sendable {
  public let png: [UInt8]
  /// What the image shows, for those who do not see it.
  public let alt: String
  /// The caption, line by line; the first stands out.
  public let lines: [String]

  public init(png: [UInt8], alt: String, lines: [String]) {
    (self.png, self.alt, self.lines) = (png, alt, lines)
  }

  var html: String {
    let caption = lines.map { "<span>\(HTML.escape($0))</span>" }.joined()
    return "<figure><img alt=\"\(HTML.escape(alt))\" src=\"data:image/png;base64,"
      + Base64.encode(png) + "\"><figcaption>\(caption)</figcaption></figure>"
  }
}
