import Foundation
import IntaglioReport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What a drawing of a page consists of, read from its text.
struct Drawing {
  /// A rectangle along the axes.
  struct Box {
    var left, top, right, bottom: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  struct Label {
    let text: String
    let style: String
    let box: Box
  }

  var width = 0.0
  var height = 0.0
  var description = ""
  var labels: [Label] = []
  /// What stands for values: circles and polygons.
  var marks: [Box] = []
  /// Rectangles with their opacity.
  var cells: [(box: Box, style: String, opacity: Double)] = []
  var lines: [(box: Box, style: String)] = []

  /// The drawings of `page` that are no keys of legends.
  static func all(_ page: String) throws -> [Drawing] {
    try page.components(separatedBy: "<svg").dropFirst().compactMap { part in
      guard !part.hasPrefix(" class=\"key\"") else { return nil }
      let end = try #require(part.range(of: "</svg>"))
      let reader = Reader()
      let parser = XMLParser(data: Data(("<svg" + part[..<end.upperBound]).utf8))
      parser.delegate = reader
      #expect(parser.parse(), "\(part[..<end.upperBound])")
      return reader.drawing
    }
  }

  /// How wide `text` is in DejaVu Sans, a wide typeface, and CJK as wide as high.
  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 1 : widths[$1] ?? 0.787) } * size
  }

  private static let widths: [Unicode.Scalar: Double] = {
    let groups = [
      (0.278, "ijl'"), (0.318, ". "), (0.337, ":"), (0.392, "ft-"), (0.411, "r"), (0.5, "_\""),
      (0.55, "cszé"),
      (0.592, "kvxy"), (0.636, "0123456789abdeghnopqu"), (0.838, "w<>"), (1, "mM%W@…"),
    ]
    return Dictionary(
      groups.flatMap { width, letters in letters.unicodeScalars.map { ($0, width) } },
      uniquingKeysWith: { $1 }
    )
  }()

  /// What is wrong with the places of texts and marks.
  var faults: [String] {
    var faults: [String] = []
    let edge = Box(left: -0.06, top: -0.06, right: width + 0.06, bottom: height + 0.06)
    for (index, label) in labels.enumerated() {
      let box = label.box
      if box.left < edge.left || box.right > edge.right || box.top < edge.top
        || box.bottom > edge.bottom
      {
        faults.append("\(label.text) leaves the drawing")
      }
      for other in labels[(index + 1)...] where box.overlaps(other.box) {
        faults.append("\(label.text) upon \(other.text)")
      }
      for mark in marks where box.overlaps(mark) { faults.append("\(label.text) upon a mark") }
    }
    for box in marks + cells.map(\.box) + lines.map(\.box)
    where box.left < edge.left || box.right > edge.right || box.top < edge.top
      || box.bottom > edge.bottom
    {
      faults.append("\(box) leaves the drawing")
    }
    return faults
  }
}

private final class Reader: NSObject, XMLParserDelegate {
  var drawing = Drawing()
  private var attributes: [String: String]?
  private var text = ""

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    func number(_ name: String) -> Double {
      let value = Double(attributes[name] ?? "0") ?? .nan
      #expect(value.isFinite, "\(name) of \(attributes)")
      return value
    }
    let style = attributes["class"] ?? ""
    switch name {
    case "svg":
      let size = (attributes["viewBox"] ?? "").split(separator: " ").compactMap { Double($0) }
      if size.count == 4 { (drawing.width, drawing.height) = (size[2], size[3]) }
      drawing.description = attributes["aria-label"] ?? ""
      #expect(size.count == 4 && attributes["role"] == "img")
    case "text": (self.attributes, text) = (attributes, "")
    case "circle":
      let (x, y, r) = (number("cx"), number("cy"), number("r"))
      drawing.marks.append(.init(left: x - r, top: y - r, right: x + r, bottom: y + r))
    case "polygon":
      let corners = (attributes["points"] ?? "").split(separator: " ").map { corner in
        corner.split(separator: ",").map { Double($0) ?? .nan }
      }
      let (xs, ys) = (corners.map { $0[0] }, corners.map { $0[1] })
      drawing.marks.append(
        .init(
          left: xs.min() ?? .nan,
          top: ys.min() ?? .nan,
          right: xs.max() ?? .nan,
          bottom: ys.max() ?? .nan
        )
      )
    case "rect":
      let (x, y) = (number("x"), number("y"))
      let box = Drawing.Box(
        left: x,
        top: y,
        right: x + number("width"),
        bottom: y + number("height")
      )
      drawing.cells.append((box, style, Double(attributes["fill-opacity"] ?? "1") ?? .nan))
    case "line":
      let (x, y) = ([number("x1"), number("x2")].sorted(), [number("y1"), number("y2")].sorted())
      drawing.lines.append((.init(left: x[0], top: y[0], right: x[1], bottom: y[1]), style))
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(
    _ parser: XMLParser,
    didEndElement name: String,
    namespaceURI: String?,
    qualifiedName: String?
  ) {
    guard name == "text", let attributes else { return }
    let (x, y) = (Double(attributes["x"] ?? "") ?? .nan, Double(attributes["y"] ?? "") ?? .nan)
    #expect(x.isFinite && y.isFinite)
    let style = attributes["class"] ?? ""
    let size = ["tick", "name", "limit-name", "cell"].contains(style) ? 11.0 : 12
    let width = Drawing.width(text, size: size)
    let left =
      switch attributes["text-anchor"] {
      case "end": x - width
      case "middle": x - width / 2
      default: x
      }
    let box = Drawing.Box(
      left: left,
      top: y - 0.78 * size,
      right: left + width,
      bottom: y + 0.2 * size
    )
    drawing.labels.append(.init(text: text, style: style, box: box))
    self.attributes = nil
  }
}

/// Values by chance, the same in every run.
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// Between 0 and 1.
  mutating func share() -> Double { Double(next() >> 11) / 0x1p53 }

  /// A name of Latin or Japanese letters, at times with those that HTML reads as its own.
  mutating func name(_ longest: Int = 24) -> String {
    let letters =
      [
        "abcdefghijklmnopqrstuvwxyz._0123456789", "ビット幅層精度画像分類注意重みの", "WMm%wO@", "a<b>&\"'é ",
      ].randomElement(using: &self) ?? "a"
    let count = Int.random(in: 0...longest, using: &self)
    return String((0..<count).map { _ in letters.randomElement(using: &self) ?? "a" })
  }

  /// A usual value, or one of those that are hard to draw.
  mutating func value() -> Double {
    switch Int.random(in: 0..<12, using: &self) {
    case 0: [.nan, .infinity, -.infinity].randomElement(using: &self) ?? .nan
    case 1:
      [0, -1, 1, 1e-300, 1e300, -1e30, .leastNonzeroMagnitude].randomElement(using: &self) ?? 0
    case 2: share() * 1e9
    default: share()
    }
  }
}
