import IntaglioData
import IntaglioGraph

/// The tensors of a checkpoint on their way into a graph: every one is checked when it is taken,
/// and what nobody took is an error, so that no part of a model is left out in silence.
struct CheckpointTensors: Sendable {
  let file: SafetensorsFile
  private var taken: Set<String> = []

  init(_ file: SafetensorsFile) { self.file = file }

  func contains(_ name: String) -> Bool { file.contains(name) }

  /// The extents of a tensor of `rank` axes.
  ///
  /// - Throws: `ImportError` when it is missing or has another number of axes.
  func shape(_ name: String, rank: Int) throws(ImportError) -> [Int] {
    let shape = try array(name).shape
    guard shape.count == rank else {
      throw mismatch(name, expected: "\(rank) axes", found: "\(shape)")
    }
    return shape
  }

  /// A tensor as it stands: F16, BF16 and F32 become float32, F64 stays.
  ///
  /// - Throws: `ImportError` when it is missing, has another shape, holds integers, or a number
  ///   that is not finite.
  mutating func real(_ name: String, _ shape: [Int]) throws(ImportError) -> Tensor {
    let array = try checked(name, shape)
    if array.type == .f64 {
      let doubles = try ImportError.reading(array.doubles)
      try requireFinite(doubles, name, shape)
      return Tensor(doubles, shape: shape)
    }
    let floats = try ImportError.reading(array.floats)
    try requireFinite(floats, name, shape)
    return Tensor(floats, shape: shape)
  }

  /// A tensor as float64, exactly.
  ///
  /// - Throws: as `real`.
  mutating func doubles(_ name: String, _ shape: [Int]) throws(ImportError) -> [Double] {
    try real(name, shape).doubles
  }

  /// Marks tensors as known although no program needs them.
  mutating func ignore(_ name: String) { taken.insert(name) }

  /// - Throws: `ImportError.unsupported` when a tensor was neither taken nor ignored.
  func requireAllTaken(by dialect: String) throws(ImportError) {
    let left = file.names.filter { !taken.contains($0) }
    guard let first = left.first else { return }
    let others = left.count > 1 ? " and \(left.count - 1) more" : ""
    throw .unsupported(
      file: file.path,
      place: "tensor \(first)",
      feature: "a part of the model that \(dialect) does not have (this tensor\(others))",
      advice: "remove it if the model does not use it, or export the model as ONNX"
    )
  }

  func mismatch(_ name: String, expected: String, found: String) -> ImportError {
    .malformed(file: file.path, place: "tensor \(name)", expected: expected, found: found)
  }

  private func array(_ name: String) throws(ImportError) -> StoredArray {
    try ImportError.reading { () throws(DataError) in try file.tensor(named: name) }
  }

  private mutating func checked(_ name: String, _ shape: [Int]) throws(ImportError) -> StoredArray {
    let array = try array(name)
    guard array.shape == shape else {
      throw mismatch(name, expected: "\(shape)", found: "\(array.shape)")
    }
    switch array.type {
    case .f64, .f32, .f16, .bf16: break
    case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool:
      throw mismatch(name, expected: "F32, F16, BF16 or F64", found: array.type.rawValue)
    }
    guard Shape.count(shape) != nil else {
      throw mismatch(name, expected: "at most \(Shape.countLimit) elements", found: "\(shape)")
    }
    taken.insert(name)
    return array
  }

  private func requireFinite(
    _ values: [some BinaryFloatingPoint],
    _ name: String,
    _ shape: [Int]
  ) throws(ImportError) {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    let value = "\(values[index]) at \(position(index, in: shape))"
    throw mismatch(name, expected: "finite numbers", found: value)
  }
}

/// The index of element `offset` along every axis.
private func position(_ offset: Int, in shape: [Int]) -> [Int] {
  zip(shape, Shape.strides(shape)).map { offset / $1 % $0 }
}
