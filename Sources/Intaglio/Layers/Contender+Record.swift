public import IntaglioData
import IntaglioGraph

extension Contender {
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
    let runner = try ContenderRunner(self, observing: Set(shown.map(\.tap.slot)), threads: threads)
    let elements = shown.reduce(0) { $0 + $1.tap.shape.reduce(1, *) }
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
      return try shown.map { try tensor($0, found[$0.tap.slot] ?? .real([])).bytes }
    } progress: {
      progress?($0)
    }
    let tensors = try shown.enumerated().map { index, entry in
      try SafetensorsTensor(
        name: entry.name,
        type: entry.tap.isReal ? realType : .i16,
        shape: [data.count] + entry.extents,
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
    let tap: Tap
    let name: String
    /// The dimensions of one image, without its batch.
    let extents: [Int]

    init?(_ tap: Tap) {
      guard let name = RecordedTensor.name(of: tap.key, isCodes: !tap.isReal) else { return nil }
      self.tap = tap
      self.name = name
      extents = tap.shape.first == 1 ? Array(tap.shape.dropFirst()) : tap.shape
    }
  }

  private var recordable: [Entry] {
    var names: Set<String> = []
    return taps.compactMap { Entry($0) }.filter { names.insert($0.name).inserted }
  }

  private var realType: StorageType { arithmetic == .oracle || arithmetic == nil ? .f64 : .f32 }

  /// One image of a tensor.
  private func tensor(
    _ entry: Entry,
    _ contents: OracleTensor<Double>
  ) throws(DataError) -> SafetensorsTensor {
    switch contents {
    case .integer(let codes):
      try SafetensorsTensor(name: entry.name, type: .i16, shape: entry.extents, integers: codes)
    case .real(let reals) where realType == .f64:
      try SafetensorsTensor(name: entry.name, shape: entry.extents, doubles: reals)
    case .real(let reals):
      try SafetensorsTensor(name: entry.name, shape: entry.extents, floats: reals.map { Float($0) })
    }
  }
}
