import Intaglio
import IntaglioReport

/// What the demo shows, as JSON and as text.
struct DemoReport: Encodable {
  struct Model: Encodable {
    let bits: Int
    let images: Int
    let referenceTop1: Double
    let integerTop1: Double
    let ci95: [Double]
    let sameAnswers: Int
    let codes: Int
    let differingCodes: Int
    let matmuls: Int
    let integerMatmuls: Int
    let bytes: Int
    let float32Bytes: Int
    let imagesPerSecond: Double
  }

  let models: [Model]
  private let main: Demo.Result?

  private enum CodingKeys: String, CodingKey { case models }

  init(_ results: [Demo.Result]) {
    main = results.first
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

  var text: String {
    guard let main, let model = models.first else { return "" }
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
