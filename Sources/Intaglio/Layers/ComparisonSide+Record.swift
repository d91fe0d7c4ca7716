public import IntaglioData
import IntaglioGraph

extension ComparisonSide {
  /// Writes everything that this side shows of the images of `data` to a safetensors file:
  /// `NAME.codes`, `NAME.input`, `NAME.output` and `logits`, the first axis counting images.
  ///
  /// All of it is in memory before it is written. Codes are I16, reals F64 of the oracle and F32 of
  /// others.
  /// - Parameters:
  ///   - data: the images, the first ones of their set.
  ///   - path: the file; either the whole file appears or none.
  ///   - threads: how many images are in work at a time.
  ///   - progress: told how many images are done.
  /// - Throws: what running an image throws; `DataError` when the file cannot be written.
  public func record(
    _ data: DataSet,
    to path: String,
    threads: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let shown = recordable
    let runner = try ComparisonSideRunner(
      self,
      observing: Set(shown.map(\.probe.slot)),
      threads: threads
    )
    let elements = shown.reduce(0) { $0 + $1.probe.shape.reduce(1, *) }
    try MemoryBudget.system.check(
      elements.saturatingProduct(2 * MemoryLayout<Double>.size).saturatingProduct(data.count),
      for: "the record of \(data.count) images"
    )
    let rows = try ParallelMap(threads: threads).map(data.count) { index in
      var found: [Int: OracleTensor<Double>] = [:]
      _ = try runner.run(runner.image(data, index)) { value, contents in
        found[value.index] = contents
        return nil
      }
      return try shown.map { try tensor($0, found[$0.probe.slot] ?? .real([])).bytes }
    } progress: {
      progress?($0)
    }
    let tensors = try shown.enumerated().map { index, entry in
      try SafetensorsTensor(
        name: entry.name,
        type: entry.probe.isReal ? realType : .i16,
        shape: [data.count] + entry.dimensions,
        bytes: rows.flatMap { $0[index] }
      )
    }
    try SafetensorsFile.write(
      tensors,
      metadata: [Recording.orderKey: shown.map(\.name).joined(separator: "\n")],
      to: path
    )
  }

  /// What has a name in a record.
  private struct Entry {
    let probe: Probe
    let name: String
    /// The dimensions of one image, without its batch.
    let dimensions: [Int]

    init?(_ probe: Probe) {
      guard let name = RecordedTensor.name(of: probe.key, isCodes: !probe.isReal) else {
        return nil
      }
      self.probe = probe
      self.name = name
      dimensions = probe.shape.first == 1 ? Array(probe.shape.dropFirst()) : probe.shape
    }
  }

  private var recordable: [Entry] {
    var names: Set<String> = []
    return probes.compactMap { Entry($0) }.filter { names.insert($0.name).inserted }
  }

  private var realType: StorageType { arithmetic == .oracle || arithmetic == nil ? .f64 : .f32 }

  /// One image of a tensor.
  private func tensor(
    _ entry: Entry,
    _ contents: OracleTensor<Double>
  ) throws(DataError) -> SafetensorsTensor {
    switch contents {
    case .integer(let codes):
      try SafetensorsTensor(name: entry.name, type: .i16, shape: entry.dimensions, integers: codes)
    case .real(let reals) where realType == .f64:
      try SafetensorsTensor(name: entry.name, shape: entry.dimensions, doubles: reals)
    case .real(let reals):
      try SafetensorsTensor(
        name: entry.name,
        shape: entry.dimensions,
        floats: reals.map { Float($0) }
      )
    }
  }
}
