import IntaglioData
import IntaglioGraph

/// The tensors of a checkpoint on their way into a graph: every one is checked when it is taken,
/// and what nobody took is an error, so that no part of a model is left out in silence.
struct CheckpointTensors: Sendable {
  let source: any TensorSource
  private var taken: Set<String> = []

  init(_ source: any TensorSource) { self.source = source }

  func contains(_ name: String) -> Bool { source.contains(name) }

  /// The dimensions of a tensor of `rank` axes.
  ///
  /// - Throws: `ImportError` when it is missing or has another number of axes.
  func shape(_ name: String, rank: Int) throws(ImportError) -> [Int] {
    let shape = try source.shape(of: name)
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
    let found = try source.shape(of: name)
    guard found == shape else { throw mismatch(name, expected: "\(shape)", found: "\(found)") }
    guard Shape.count(shape) != nil else {
      throw mismatch(name, expected: "at most \(Shape.countLimit) elements", found: "\(shape)")
    }
    let tensor = try source.real(name)
    taken.insert(name)
    switch tensor.elements {
    case .float32(let values): try requireFinite(values, name, shape)
    case .float64(let values): try requireFinite(values, name, shape)
    case .int8, .uint8, .int32: preconditionFailure("a source of reals")
    }
    return tensor
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
    let left = source.names.filter { !taken.contains($0) }
    guard let first = left.first else { return }
    let others = left.count > 1 ? " and \(left.count - 1) more" : ""
    throw .unsupported(
      file: source.path,
      place: "tensor \(first)",
      feature: "a part of the model that \(dialect) does not have (this tensor\(others))",
      advice: "remove it if the model does not use it, or export the model as ONNX"
    )
  }

  func mismatch(_ name: String, expected: String, found: String) -> ImportError {
    .malformed(file: source.path, place: "tensor \(name)", expected: expected, found: found)
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
