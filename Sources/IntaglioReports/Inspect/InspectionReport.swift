public import Intaglio
import IntaglioGraph
import IntaglioReport

/// The report of `intaglio inspect`.
public struct InspectionReport: Report {
  public struct Port: Encodable {
    public let name: String
    public let type: String
  }

  public struct Quantizer: Encodable {
    public let node: String
    public let type: String
    public let shape: [Int]
    public let scales: Int
    public let scaleShape: [Int]
    public let zeroPoints: Int
  }

  public struct Matmuls: Encodable {
    /// As the model was written.
    public let total: Int
    public let real: Int
    public let realMACs: Int
    /// After the scales have moved.
    public let integerAfterReordering: Int
    public let before: [CoverageRow]
    public let after: [CoverageRow]
  }

  public let model: String
  public let name: String
  public let format: String
  public let inputs: [Port]
  public let outputs: [Port]
  public let parameters: Int
  public let operations: [String: Int]
  public let quantizers: [Quantizer]
  public let dequantizers: Int
  public let matmuls: Matmuls
  public let notes: [String]
  public let text: String

  private enum CodingKeys: String, CodingKey {
    case model, name, format, inputs, outputs, parameters, operations, quantizers, dequantizers
    case matmuls, notes
  }

  /// - Parameters:
  ///   - model: what was looked at.
  ///   - inspection: what is in it.
  ///   - listsGraph: whether the text ends in every node of the graph.
  public init(_ model: Model, _ inspection: Inspection, listsGraph: Bool = false) {
    let summary = InspectionText(model: model, inspection: inspection).text
    text = listsGraph ? summary + "\n\n" + model.graph.text() : summary
    self.model = model.path
    name = model.description.name
    format = model.format.rawValue
    inputs = inspection.inputs.map { Port(name: $0.name, type: $0.type.description) }
    outputs = inspection.outputs.map { Port(name: $0.name, type: $0.type.description) }
    parameters = inspection.parameters
    operations = Dictionary(uniqueKeysWithValues: inspection.operations.map { ($0.name, $0.count) })
    quantizers = inspection.quantizers.map {
      Quantizer(
        node: $0.node,
        type: $0.type.description,
        shape: $0.shape,
        scales: $0.scales,
        scaleShape: $0.scaleShape,
        zeroPoints: $0.zeroPoints
      )
    }
    dequantizers = inspection.dequantizers
    matmuls = Matmuls(
      total: inspection.before.total,
      real: inspection.realMultiplications,
      realMACs: inspection.realMACs,
      integerAfterReordering: inspection.after.integer,
      before: inspection.before.entries.map(CoverageRow.init),
      after: inspection.after.entries.map(CoverageRow.init)
    )
    notes = model.description.notes
  }
}

/// The same for a terminal.
private struct InspectionText {
  let model: Model
  let inspection: Inspection

  var text: String {
    var lines = [
      "\(model.description.name.printable()) (\(model.format.title))",
      "inputs    " + ports(inspection.inputs),
      "outputs   " + ports(inspection.outputs),
      "size      \(Format.count(inspection.parameters)) parameters, "
        + "\(Format.bytes(inspection.parameters * 4)) as float32, "
        + "\(Format.bytes(model.packedWeightBytes)) at their own width",
      "layers    " + inspection.operations.map { "\($0.count) \($0.name)" }.joined(separator: ", "),
    ]
    lines += model.description.notes.map { "note      \($0.printable())" }
    lines += ["", quantizers, "", multiplications]
    return lines.joined(separator: "\n")
  }

  private func ports(_ ports: [Inspection.Port]) -> String {
    ports.map { "\($0.name.printable()): \($0.type)" }.joined(separator: ", ")
  }

  private var quantizers: String {
    guard !inspection.quantizers.isEmpty else { return "The model quantizes nowhere." }
    var table = Table([
      .init("quantizer"), .init("type"), .init("values"), .init("scales"),
      .init("zero points", .right),
    ])
    for quantizer in inspection.quantizers {
      table.append([
        quantizer.node, quantizer.type.description, "\(quantizer.shape)",
        quantizer.scales == 1 ? "1" : "\(quantizer.scales) over \(quantizer.scaleShape)",
        "\(quantizer.zeroPoints)",
      ])
    }
    return "\(inspection.quantizers.count) quantizers, \(inspection.dequantizers) dequantizers\n\n"
      + table.text
  }

  private var multiplications: String {
    var table = Table([
      .init("multiplication"), .init("left × right"), .init("MACs", .right), .init("as written"),
      .init("after reordering"),
    ])
    let after = Dictionary(
      inspection.after.entries.map { ($0.node, $0.statusText) },
      uniquingKeysWith: { first, _ in first }
    )
    for entry in inspection.before.entries {
      table.append([
        entry.node,
        "\(entry.left?.description ?? "real") × \(entry.right?.description ?? "real")",
        Format.count(entry.macs), entry.isInteger ? "integer" : "float", after[entry.node] ?? "–",
      ])
    }
    return """
      \(inspection.realMultiplications) of \(inspection.before.total) matrix multiplications run on \
      floats in an ordinary runtime (\(Format.count(inspection.realMACs)) MACs); after reordering \
      \(inspection.after.integer) run on integers.

      \(table.text)
      """
  }
}
