import IntaglioData
import IntaglioGraph

/// Where the tensors of a checkpoint come from: a file, or a generator.
protocol TensorSource: Sendable {
  /// What messages call it.
  var path: String { get }
  var names: [String] { get }
  /// What a reader of the model should know about where its tensors come from.
  var notes: [String] { get }

  func contains(_ name: String) -> Bool

  /// - Throws: `ImportError.data` when there is no such tensor.
  func shape(of name: String) throws(ImportError) -> [Int]

  /// The whole tensor as reals.
  ///
  /// - Throws: `ImportError` when there is no such tensor or it holds integers.
  func real(_ name: String) throws(ImportError) -> Tensor
}

extension TensorSource {
  var notes: [String] { [] }
}

extension TorchFile: TensorSource {
  var notes: [String] {
    section.map { ["the weights are those under \($0) in the checkpoint"] } ?? []
  }

  func shape(of name: String) throws(ImportError) -> [Int] {
    try ImportError.reading { () throws(DataError) -> [Int] in try tensor(named: name).shape }
  }

  func real(_ name: String) throws(ImportError) -> Tensor {
    let tensor = try ImportError.reading { () throws(DataError) -> TorchTensor in
      try self.tensor(named: name)
    }
    guard tensor.type.isReal else {
      throw .malformed(
        file: path,
        place: "tensor \(name)",
        expected: "F32, F16, BF16 or F64",
        found: tensor.type.rawValue
      )
    }
    return try ImportError.reading { () throws(DataError) -> Tensor in
      if tensor.type == .f64 { return Tensor(try tensor.doubles(), shape: tensor.shape) }
      return Tensor(try tensor.floats(), shape: tensor.shape)
    }
  }
}

extension SafetensorsFile: TensorSource {
  func shape(of name: String) throws(ImportError) -> [Int] { try array(name).shape }

  /// F16, BF16 and F32 become float32, F64 stays.
  func real(_ name: String) throws(ImportError) -> Tensor {
    let array = try array(name)
    switch array.type {
    case .f64:
      return Tensor(try ImportError.reading(array.doubles), shape: array.shape)
    case .f32, .f16, .bf16:
      return Tensor(try ImportError.reading(array.floats), shape: array.shape)
    case .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool:
      throw .malformed(
        file: path,
        place: "tensor \(name)",
        expected: "F32, F16, BF16 or F64",
        found: array.type.rawValue
      )
    }
  }

  private func array(_ name: String) throws(ImportError) -> StoredArray {
    try ImportError.reading { () throws(DataError) in try tensor(named: name) }
  }
}
