public import Intaglio
public import IntaglioData
import IntaglioReport

/// What the demo shows, as JSON and as text.
public struct DemoReport: PageReport {
  public struct Model: Encodable {
    public let bits: Int
    public let images: Int
    public let referenceTop1: Double
    public let integerTop1: Double
    public let ci95: [Double]
    public let sameAnswers: Int
    public let codes: Int
    public let differingCodes: Int
    public let matmuls: Int
    public let integerMatmuls: Int
    public let bytes: Int
    public let float32Bytes: Int
    public let imagesPerSecond: Double
  }

  public let models: [Model]
  private let results: [Demo.Result]
  private let images: [Image]
  private let labels: [Int]

  private enum CodingKeys: String, CodingKey { case models }

  /// The first of `results` is the main one; `images` are those of all, `labels` what is on them.
  public init(_ results: [Demo.Result], images: [Image], labels: [Int]) {
    (self.results, self.images, self.labels) = (results, images, labels)
    models = results.map { result in
      let interval = result.integer.top1.interval95
      return Model(
        bits: result.bits,
        images: result.integer.images,
        referenceTop1: result.reference.top1.value,
        integerTop1: result.integer.top1.value,
        ci95: [interval.lowerBound, interval.upperBound],
        sameAnswers: result.sameAnswers,
        codes: result.codes.total,
        differingCodes: result.codes.total - result.codes.hits,
        matmuls: result.integerization.coverage.total,
        integerMatmuls: result.integerization.coverage.integer,
        bytes: result.packedBytes,
        float32Bytes: result.integerization.source.parameterCount * 4,
        imagesPerSecond: result.integer.imagesPerSecond
      )
    }
  }

  public var text: String {
    guard let main = results.first, let model = models.first else { return "" }
    return """
      Surface inspection with a \(model.bits)-bit Vision Transformer

      The value path of block 0, as the model was written:
        \(Self.path(main.integerization.source))
      and after operand reordering:
        \(Self.path(main.integerization.model))

      \(CoverageText(coverage: main.integerization.coverage).sentence)

      \(model.images) fresh images, dequantize-first in float32: \(Format.percent(model.referenceTop1))
      \(model.images) fresh images, integer program:             \(Format.percent(model.integerTop1)) \
      (95 %: \(model.ci95.map { Format.percent($0) }.joined(separator: " to ")))
      same answer on \(model.sameAnswers) of \(model.images) images; \(model.differingCodes) of \
      \(Format.count(model.codes)) codes differ \
      (\(Format.percent(Double(model.differingCodes) / Double(max(model.codes, 1)), digits: 4)): ties \
      in float32, and what they pull along)

      \(table.text)
      """
  }

  /// With images, answers and the coverage table.
  public var page: String {
    get throws { try DemoPage(results, self, images: images, labels: labels).text }
  }

  /// One row per trained model.
  var table: Table {
    var table = Table([
      .init("bits", .right), .init("integer top-1", .right), .init("float32 top-1", .right),
      .init("same answers", .right), .init("matmuls on integers", .right), .init("size", .right),
      .init("float32 size", .right), .init("images/s", .right),
    ])
    for model in models.sorted(by: { $0.bits < $1.bits }) {
      table.append([
        "\(model.bits)", Format.percent(model.integerTop1), Format.percent(model.referenceTop1),
        "\(model.sameAnswers) of \(model.images)", "\(model.integerMatmuls) of \(model.matmuls)",
        Format.bytes(model.bytes), Format.bytes(model.float32Bytes),
        Format.fixed(model.imagesPerSecond, digits: 0),
      ])
    }
    return table
  }

  static func path(_ model: Intaglio.Model) -> String {
    let path = DataPath(
      from: "blocks.0.attn.qkv.act",
      to: "blocks.0.attn.v_act",
      in: model.graph
    )
    return path?.text ?? "–"
  }
}
