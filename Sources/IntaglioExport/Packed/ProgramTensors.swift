import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// The arrays of a program on their way to disk, and what they take there.
struct ProgramTensors {
  private(set) var tensors: [SafetensorsTensor] = []
  private(set) var sizes = PackedSizes()

  /// Tables of fewer numbers stand as text in the program.
  static let shortest = 8

  /// Integers of at most 16 bits are packed at their own width, wider ones take 32 bits.
  ///
  /// - Throws: `DataError` never, for a tensor that exists.
  mutating func add(_ tensor: Tensor, name: String) throws(DataError) {
    let bytes = try append(tensor, name: name)
    sizes.constants += tensor.count
    sizes.constantBytes += bytes
  }

  /// One exact number, or a table of them.
  mutating func record(_ scale: Scale, name: String) throws(DataError) -> ScaleRecord {
    if let value = scale.uniform { return .one(RationalText.text(of: value)) }
    guard scale.values.count >= Self.shortest, let common = CommonFactor(scale.values) else {
      let texts = scale.values.map(RationalText.text(of:))
      return .texts(shape: scale.shape, values: texts.joined(separator: " "))
    }
    switch common.multiples {
    case .floats(let floats): try addTable(Tensor(floats, shape: scale.shape), name: name)
    case .doubles(let doubles): try addTable(Tensor(doubles, shape: scale.shape), name: name)
    }
    let factor = RationalText.text(of: common.factor)
    return .tensor(shape: scale.shape, factor: factor, name: name)
  }

  /// One integer, or a table of them.
  ///
  /// - Throws: `DataError` never, for integers that exist.
  mutating func record(
    _ integers: Broadcast<Int>,
    name: String
  ) throws(DataError) -> IntegersRecord {
    if let value = integers.uniform { return .one(value) }
    let element = try addTable(integers.values, shape: integers.shape, name: name)
    return .tensor(shape: integers.shape, element: element, name: name)
  }

  /// Integers in a row, equal or not.
  ///
  /// - Throws: `DataError` never, for integers that exist.
  mutating func record(row integers: [Int], name: String) throws(DataError) -> RowRecord {
    guard integers.count >= Self.shortest else { return .numbers(integers) }
    return .tensor(
      element: try addTable(integers, shape: [integers.count], name: name),
      name: name
    )
  }

  /// The name of the element type that is chosen: the narrowest, `StoredEncoding.wide` beyond 32 bits.
  private mutating func addTable(
    _ integers: [Int],
    shape: [Int],
    name: String
  ) throws(DataError) -> String {
    let range = (integers.min() ?? 0)...(integers.max() ?? 0)
    if let type = IntegerType(holding: range), type != .u(32),
      let tensor = Tensor(integers, type, shape: shape)
    {
      try addTable(tensor, name: name)
      return type.description
    }
    let stored = try SafetensorsTensor(name: name, type: .i64, shape: shape, integers: integers)
    tensors.append(stored)
    sizes.tableBytes += stored.bytes.count
    return StoredEncoding.wide
  }

  private mutating func addTable(_ tensor: Tensor, name: String) throws(DataError) {
    sizes.tableBytes += try append(tensor, name: name)
  }

  /// The bytes that it takes.
  private mutating func append(_ tensor: Tensor, name: String) throws(DataError) -> Int {
    let stored = try StoredEncoding(of: tensor.type).stored(tensor, name: name)
    tensors.append(stored)
    return stored.bytes.count
  }
}

/// How the elements of a type stand on disk.
enum StoredEncoding: Equatable {
  /// Codes side by side in a stream of bits, as a row of U8.
  case packed(PackedBits)
  /// Elements as safetensors knows them, in their own shape.
  case plain(StorageType)

  /// What integers of more than 32 bits have in the place of a type: they are I64.
  static let wide = "i64"

  /// - Throws: `DataError` never: every integer type up to 16 bits can be packed.
  init(of type: ValueType) throws(DataError) {
    switch type.integer {
    case nil: self = .plain(.f32)
    case .i8: self = .plain(.i8)
    case .u8: self = .plain(.u8)
    case let integer? where PackedBits.widths.contains(integer.bits):
      self = .packed(try PackedBits(bits: integer.bits, isSigned: integer.isSigned))
    case _?: self = .plain(.i32)
    }
  }

  fileprivate func stored(_ tensor: Tensor, name: String) throws(DataError) -> SafetensorsTensor {
    let shape = tensor.shape
    switch (self, tensor.elements) {
    case (_, .float32(let values)):
      return try SafetensorsTensor(name: name, shape: shape, floats: values)
    case (_, .float64(let values)):
      return try SafetensorsTensor(name: name, shape: shape, doubles: values)
    case (.packed(let bits), .int8), (.packed(let bits), .uint8), (.packed(let bits), .int32):
      let bytes = try bits.pack(tensor.integers ?? [])
      return try SafetensorsTensor(name: name, type: .u8, shape: [bytes.count], bytes: bytes)
    case (.plain(let type), .int8), (.plain(let type), .uint8), (.plain(let type), .int32):
      let integers = tensor.integers ?? []
      return try SafetensorsTensor(name: name, type: type, shape: shape, integers: integers)
    }
  }

  /// The tensor of `type` that `array` holds.
  ///
  /// - Throws: `DataError` when type, shape or content of the array are others.
  static func tensor(_ array: StoredArray, _ type: ValueType) throws(DataError) -> Tensor {
    let form = try StoredEncoding(of: type)
    guard let integer = type.integer else { return try realTensor(array, type.shape) }
    let codes: [Int]
    switch form {
    case .packed(let bits):
      try require(array, [.u8], shape: [bits.byteCount(of: type.count)])
      codes = try array.bytes.withBytes { bytes throws(DataError) in
        try bits.unpack(bytes, count: type.count)
      }
    case .plain(let stored):
      try require(array, [stored], shape: type.shape)
      codes = try array.integers()
    }
    guard integer != .u(32), let tensor = Tensor(codes, integer, shape: type.shape) else {
      throw mismatch(array, expected: "codes of \(integer) and at most 31 bits", found: "others")
    }
    return tensor
  }

  /// The integers of more than 32 bits that `array` holds.
  ///
  /// - Throws: `DataError` when type or shape of the array are others.
  static func wideIntegers(_ array: StoredArray, shape: [Int]) throws(DataError) -> [Int] {
    try require(array, [.i64], shape: shape)
    return try array.integers()
  }

  private static func realTensor(
    _ array: StoredArray,
    _ shape: [Int]
  ) throws(DataError) -> Tensor {
    try require(array, [.f32, .f64], shape: shape)
    return array.type == .f32
      ? Tensor(try array.floats(), shape: shape) : Tensor(try array.doubles(), shape: shape)
  }

  private static func require(
    _ array: StoredArray,
    _ types: [StorageType],
    shape: [Int]
  ) throws(DataError) {
    guard types.contains(array.type), array.shape == shape else {
      let names = types.map(\.rawValue).joined(separator: " or ")
      throw mismatch(
        array,
        expected: "\(names) \(shape)",
        found: "\(array.type.rawValue) \(array.shape)"
      )
    }
  }

  private static func mismatch(
    _ array: StoredArray,
    expected: String,
    found: String
  ) -> DataError {
    .malformed(
      file: array.file,
      what: "tensor '\(array.name)'",
      expected: expected,
      found: found
    )
  }
}
