import Intaglio
import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport

extension FuzzTarget {
  /// Packed models whose checksums are right, as a forger would leave them.
  static let packed = FuzzTarget(
    "packed",
    "packed models with right checksums",
    limit: 1 << 15,
    dictionary: PackedSeeds.words,
    mutation: TextMutation.mutation(PackedSeeds.words),
    seeds: { try PackedSeeds.all() }
  ) { bytes, folder in
    let path = try folder.file("model.intaglio", SafetensorsText.file(of: bytes))
    let file = try SafetensorsFile(contentsOf: path)
    let forged = try folder.file(
      "forged.intaglio",
      Checksums.corrected(SafetensorsText.file(of: bytes), file)
    )
    if let planned = try PlannedModel(contentsOf: forged) { _ = planned.description }
    let model = try PackedModel.read(path: forged)
    _ = try ModelFile(path: forged)
    try PackedRoundTrip.check(model.graph, model.description, in: folder)
  }
}

/// Puts the right checksums into a packed model.
private enum Checksums {
  /// The bytes of `file` with every checksum in its metadata replaced by the right one.
  static func corrected(_ bytes: [UInt8], _ file: SafetensorsFile) throws -> [UInt8] {
    var bytes = bytes
    for (key, right) in try PackedModel.checksums(of: file) {
      guard let found = file.metadata[key], found != right, found.utf8.count == right.utf8.count
      else { continue }
      bytes.replaceFirst(entry(key, found), by: entry(key, right))
    }
    return bytes
  }

  /// As it stands in the header, which is JSON.
  private static func entry(_ key: String, _ value: String) -> [UInt8] {
    let escaped = value.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\\\"")
    return Array("\"\(key)\":\"\(escaped)\"".utf8)
  }
}

extension [UInt8] {
  fileprivate mutating func replaceFirst(_ old: [UInt8], by new: [UInt8]) {
    guard count >= old.count else { return }
    for start in 0...(count - old.count) where self[start..<start + old.count].elementsEqual(old) {
      replaceSubrange(start..<start + old.count, with: new)
      return
    }
  }
}

private enum PackedSeeds {
  static let words = [
    "real", "i8", "u8", "u4", "i1", "i32", "u32", "i64", "constant", "input", "layout", "reshape",
    "transpose", "slice", "broadcast", "concat", "matmul", "convolution", "layer-norm", "rms-norm",
    "softmax", "quantize", "dequantize", "requantize", "steps", "lookup", "stream", "norm", "shape",
    "axis", "of", "1p-14", "1p1023", "-1p-1074", "F32", "U8", "I64", "F64",
  ]

  static func all() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    var graphs = try (0..<60 as Range<UInt64>).map { seed in
      try RandomProgram(seed: seed, steps: 1 + Int(seed % 8)).graph
    }
    graphs += try (0..<40 as Range<UInt64>).map {
      try RandomGraph(seed: $0, irrational: $0 % 2 == 0).graph
    }
    graphs += try SmallPrograms.all()
    let description = ModelDescription(name: "seed", source: "onnx", classNames: ["a", "b"])
    let path = folder.path("seed.intaglio")
    return try graphs.enumerated().flatMap { index, graph -> [[UInt8]] in
      let model = Model(graph: graph, description: description, format: .packed, path: path)
      try model.save(to: path)
      var files = [try folder.bytes("seed.intaglio")]
      if index < 20 {
        try model.saveWithPlan(to: path)
        files.append(try folder.bytes("seed.intaglio"))
      }
      return files.filter { $0.count <= 1 << 14 }.map(SafetensorsText.text)
    }
  }
}
