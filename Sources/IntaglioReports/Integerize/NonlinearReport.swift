public import Intaglio
import IntaglioGraph
import IntaglioReport
public import IntaglioRewrite

/// What stands between the multiplications of a program without floats, as JSON.
public struct NonlinearReport: Encodable {
  public struct Row: Encodable {
    public let node: String
    public let operation: String
    public let form: String
    public let type: String
    public let elements: Int
    public let status: String
    public let bound: ErrorBound?
  }

  public struct Softmax: Encodable {
    public let exponential: String
    public let maxError: Double
    public let meanError: Double
    public let changedShare: Double
    public let changed: Int
    public let compared: Int
  }

  public struct Stream: Encodable {
    public let node: String
    public let type: String
    /// One unit of the coarsest and of the finest channel is 2 to this power.
    public let coarsest: Int
    public let finest: Int
  }

  public let total: Int
  public let exact: Int
  public let bounded: Int
  public let calibrationImages: Int
  public let all: [Row]
  public let streams: [Stream]
  /// The error table of every exponential on the calibration images; empty without them.
  public let softmax: [Softmax]
  /// The proven width of every integer quantity.
  public let widths: [WidthRow]

  public init(_ program: IntegerOnlyProgram) {
    let coverage = NonlinearCoverage(program.proof.graph)
    total = coverage.entries.count
    exact = coverage.exact
    bounded = total - exact
    calibrationImages = program.calibrationCount
    all = coverage.entries.map { entry in
      Row(
        node: entry.node,
        operation: entry.operation,
        form: entry.form,
        type: entry.type?.description ?? "real",
        elements: entry.elements,
        status: entry.bound == nil ? "exact" : "bounded",
        bound: entry.bound
      )
    }
    streams = program.streams.map {
      Stream(
        node: $0.name,
        type: $0.format.type.description,
        coarsest: $0.format.exponents.values.max() ?? 0,
        finest: $0.format.exponents.values.min() ?? 0
      )
    }
    softmax = program.softmaxErrors.map {
      Softmax(
        exponential: $0.exponential.description,
        maxError: $0.maximum,
        meanError: $0.mean,
        changedShare: $0.changedShare,
        changed: $0.changed,
        compared: $0.compared
      )
    }
    widths = WidthTable(program.proof.program).rows
  }
}

/// The same as tables.
struct NonlinearText {
  private let program: IntegerOnlyProgram

  init(_ program: IntegerOnlyProgram) { self.program = program }

  var text: String {
    let coverage = NonlinearCoverage(program.proof.graph)
    var parts = [
      "", table(coverage).text, "",
      "\(coverage.entries.count) steps between the multiplications (\(coverage.exact) exact, "
        + "\(coverage.entries.count - coverage.exact) bounded); nothing real between the quantized "
        + "image and the logits.",
      streamText,
    ]
    if !program.softmaxErrors.isEmpty {
      parts += ["", "softmax on the scores of the calibration images:", softmaxTable.text]
    }
    return parts.joined(separator: "\n")
  }

  private func table(_ coverage: NonlinearCoverage) -> Table {
    var table = Table([
      .init("step"), .init("operation"), .init("form"), .init("leaves"), .init("status"),
    ])
    for entry in coverage.entries {
      table.append([
        entry.node, entry.operation, entry.form, entry.type?.description ?? "real",
        entry.bound.map { "bounded: ≤ \(Format.significant($0.maximum))" } ?? "exact",
      ])
    }
    return table
  }

  private var streamText: String {
    let exponents = program.streams.flatMap(\.format.exponents.values)
    guard let type = program.streams.first?.format.type, let least = exponents.min(),
      let greatest = exponents.max()
    else { return "" }
    return
      "\(program.streams.count) streams of type \(type), units of 2^\(least) to 2^\(greatest), from "
      + (program.calibrationCount == 0
        ? "proven ranges." : "\(program.calibrationCount) calibration images.")
  }

  private var softmaxTable: Table {
    var table = Table([
      .init("exponential"), .init("largest error", .right), .init("mean error", .right),
      .init("changed codes", .right), .init(""),
    ])
    for row in program.softmaxErrors {
      table.append([
        row.exponential.description, Format.significant(row.maximum),
        Format.significant(row.mean), Format.percent(row.changedShare, digits: 4),
        row.exponential == program.exponential ? "chosen" : "",
      ])
    }
    return table
  }
}
