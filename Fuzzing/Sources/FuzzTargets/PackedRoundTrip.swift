import IntaglioData
import IntaglioExport
import IntaglioGraph

/// Whether a program survives its packed form.
enum PackedRoundTrip {
  /// Programs with more elements than this are left alone: writing them takes its time.
  private static let limit = 1 << 16

  /// - Throws: `FuzzFault` when the program cannot be written and read, or comes back as another.
  static func check(
    _ graph: Graph,
    _ description: ModelDescription,
    in folder: FuzzFolder
  ) throws(FuzzFault) {
    let count = graph.values.reduce(0) { sum, value in
      sum.addingReportingOverflow(graph.constant(value)?.count ?? 0).partialValue
    }
    guard count <= limit else { return }
    let (first, second) = (folder.path("first.intaglio"), folder.path("second.intaglio"))
    try requireSuccess("a program is written") {
      try PackedModel.write(graph: graph, description: description, to: first)
    }
    let read = try requireSuccess("what was written is read") {
      try PackedModel.read(path: first)
    }
    try requireSuccess("what was read is written") {
      try PackedModel.write(graph: read.graph, description: read.description, to: second)
    }
    let (bytes, again) = try requireSuccess("both are there") {
      (try folder.bytes("first.intaglio"), try folder.bytes("second.intaglio"))
    }
    try require(bytes == again, "a program that was written and read is another one")
  }
}
