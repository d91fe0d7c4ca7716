import Intaglio
import IntaglioReport

/// The JSON of `intaglio inspect`.
struct InspectionReport: Encodable {
  struct Port: Encodable {
    let name: String
    let type: String
  }

  struct Quantizer: Encodable {
    let node: String
    let type: String
    let shape: [Int]
    let scales: Int
    let scaleShape: [Int]
    let zeroPoints: Int
  }

  struct Matmuls: Encodable {
    /// As the model was written.
    let total: Int
    let real: Int
    let realMACs: Int
    /// After the scales have moved.
    let integerAfterReordering: Int
    let before: [CoverageRow]
    let after: [CoverageRow]
  }

  let model: String
  let name: String
  let format: String
  let inputs: [Port]
  let outputs: [Port]
  let parameters: Int
  let operations: [String: Int]
  let quantizers: [Quantizer]
  let dequantizers: Int
  let matmuls: Matmuls
  let notes: [String]

  init(_ model: Model, _ inspection: Inspection) {
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

/// The text of `intaglio inspect`.
struct InspectionText {
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
