import Intaglio
import IntaglioGraph
import IntaglioRewrite

/// The JSON of `intaglio integerize`.
struct IntegerizationReport: Encodable {
  struct Matmuls: Encodable {
    struct Blocked: Encodable {
      let node: String
      let reason: String
    }

    let total: Int
    let integer: Int
    let exact: Int
    let bounded: Int
    let blocked: [Blocked]
    let all: [CoverageRow]
  }

  let model: String
  /// The file that was written, absent when none was.
  let output: String?
  /// The size of that file.
  let bytes: Int
  let float32Bytes: Int
  let matmuls: Matmuls
  /// What stands between the multiplications of a program without floats.
  let nonlinear: NonlinearReport?

  init(_ program: Program, bytes: Int, output: String?) {
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

/// One multiplication in a JSON report.
struct CoverageRow: Encodable {
  let node: String
  /// `i3`, `u8`, … or `real`.
  let left: String
  let right: String
  let extents: [Int]
  let macs: Int
  let accumulatorBits: Int?
  let status: String
  let reason: String?
  let bound: ErrorBound?

  init(_ entry: Coverage.Entry) {
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
