extension Verilog.Item {
  /// The statements of a process.
  private var body: [Verilog.Statement] {
    switch self {
    case .combinational(let body), .clocked(_, let body), .initial(let body): body
    case .assign, .oscillator, .instance: []
    }
  }

  /// The loop indices of a process, outer ones first.
  var loopIndices: [Verilog.LoopIndex] { body.flatMap(\.loopIndices) }
}

extension Verilog.Statement {
  /// The statements right inside.
  private var children: [Verilog.Statement] {
    switch self {
    case .when(_, let body, let otherwise): body + otherwise
    case .select(_, let branches, let otherwise): branches.flatMap(\.body) + otherwise
    case .loop(_, _, _, let body): body
    case .assign, .load, .display, .finish: []
    }
  }

  fileprivate var loopIndices: [Verilog.LoopIndex] {
    let inner = children.flatMap(\.loopIndices)
    guard case .loop(let index, _, _, _) = self else { return inner }
    return [index] + inner
  }
}
