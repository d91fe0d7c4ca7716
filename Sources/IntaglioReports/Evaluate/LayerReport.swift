public import Intaglio
import IntaglioReport

/// The report of `intaglio evaluate --layers`, as JSON and as text.
public struct LayerReport: Report {
  public struct Layer: Encodable {
    public let quantizer: String
    /// `integer` or `float32`: what the codes are made from.
    public let source: String
    public let codes: Int
    public let differing: Int
    public let beyondOneStep: Int
    public let largestTieDistance: Double
    public let largestRelativeTieDistance: Double
  }

  public let layers: [Layer]
  public let codes: Int
  public let differing: Int
  /// The first quantizer with a differing code, absent when all agree.
  public let firstDiffering: String?
  /// What a reader should know of model and images.
  public let notes: [String]

  public init(_ layers: [LayerAudit.Layer], notes: [String]) {
    self.notes = notes
    self.layers = layers.map {
      Layer(
        quantizer: $0.name,
        source: $0.isInteger ? "integer" : "float32",
        codes: $0.codes,
        differing: $0.differing,
        beyondOneStep: $0.beyondOneStep,
        largestTieDistance: $0.largestTieDistance,
        largestRelativeTieDistance: $0.largestRelativeTieDistance
      )
    }
    codes = layers.reduce(0) { $0 + $1.codes }
    differing = layers.reduce(0) { $0 + $1.differing }
    firstDiffering = layers.first { $0.differing > 0 }?.name
  }

  public var text: String {
    var table = Table([
      .init("quantizer"), .init("from"), .init("codes", .right), .init("differ", .right),
      .init("farthest from a tie (steps)", .right),
    ])
    for layer in layers {
      table.append([
        layer.quantizer, layer.source, "\(layer.codes)", "\(layer.differing)",
        layer.differing > 0 ? "\(layer.largestTieDistance)" : "–",
      ])
    }
    let agreement = codes == 0 ? 1 : 1 - Double(differing) / Double(codes)
    var text = table.text + "\n\n\(codes) codes, \(differing) differ "
    text += "(\(Format.percent(agreement, digits: 5)) agree)"
    if let firstDiffering { text += "; the first layer to differ is \(firstDiffering.printable())" }
    return text
  }
}
