public import Intaglio
import IntaglioGraph
import IntaglioReport
public import IntaglioRewrite

/// The report of `intaglio integerize`.
public struct IntegerizationReport: Report {
  public struct Matmuls: Encodable {
    public struct Blocked: Encodable {
      public let node: String
      public let reason: String
    }

    public let total: Int
    public let integer: Int
    public let exact: Int
    public let bounded: Int
    public let blocked: [Blocked]
    public let all: [CoverageRow]
  }

  public let model: String
  /// The file that was written, absent when none was.
  public let output: String?
  /// The size of that file.
  public let bytes: Int
  public let float32Bytes: Int
  public let matmuls: Matmuls
  /// What stands between the multiplications of a program without floats.
  public let nonlinear: NonlinearReport?
  private let program: Program

  private enum CodingKeys: String, CodingKey {
    case model, output, bytes, float32Bytes, matmuls, nonlinear
  }

  /// - Parameters:
  ///   - program: what became of the model.
  ///   - bytes: the size of the file that was written.
  ///   - output: that file; `nil` where none was.
  public init(_ program: Program, bytes: Int, output: String?) {
    self.program = program
    let result = program.integerization
    nonlinear = program.integerOnly.map { NonlinearReport($0) }
    model = result.source.path
    self.output = output
    self.bytes = bytes
    float32Bytes = result.source.parameterCount * 4
    let rows = result.coverage.entries.map(CoverageRow.init)
    matmuls = Matmuls(
      total: result.coverage.total,
      integer: result.coverage.integer,
      exact: rows.count { $0.status == "exact" },
      bounded: rows.count { $0.status == "bounded" },
      blocked: result.coverage.blocked.map { .init(node: $0.node, reason: $0.reason ?? "") },
      all: rows
    )
  }
}

extension IntegerizationReport {
  public var text: String {
    var parts = [CoverageText(coverage: program.coverage).text]
    if let integerOnly = program.integerOnly { parts.append(NonlinearText(integerOnly).text) }
    if let output {
      parts.append(
        "Wrote \(output.printable()): \(Format.bytes(bytes)), float32 would take "
          + Format.bytes(float32Bytes) + "."
      )
    }
    return parts.joined(separator: "\n")
  }
}

/// One multiplication in a JSON report.
public struct CoverageRow: Encodable {
  public let node: String
  /// `i3`, `u8`, … or `real`.
  public let left: String
  public let right: String
  public let extents: [Int]
  public let macs: Int
  public let accumulatorBits: Int?
  public let status: String
  public let reason: String?
  public let bound: ErrorBound?

  public init(_ entry: Coverage.Entry) {
    node = entry.node
    left = entry.left?.description ?? "real"
    right = entry.right?.description ?? "real"
    extents = entry.extents
    macs = entry.macs
    accumulatorBits = entry.accumulatorBits
    switch entry.status {
    case .exact: (status, reason, bound) = ("exact", nil, nil)
    case .bounded(let found): (status, reason, bound) = ("bounded", nil, found)
    case .blocked(let obstacle): (status, reason, bound) = ("blocked", obstacle.description, nil)
    }
  }
}
