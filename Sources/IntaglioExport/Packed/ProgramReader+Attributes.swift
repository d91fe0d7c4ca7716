import IntaglioData
import IntaglioGraph
import IntaglioNumerics

// The attributes of one node. Whether they fit its operands is the graph's to check.

extension ProgramReader {
  func slice(_ record: NodeRecord) throws(ExportError) -> Layout {
    .slice(
      axis: try require(record.axis, "axis", record),
      start: try require(record.start, "start", record),
      count: try require(record.count, "count", record)
    )
  }

  func convolution(_ record: NodeRecord) throws(ExportError) -> Convolution {
    Convolution(
      strides: try require(record.strides, "strides", record),
      padding: try require(record.padding, "padding", record),
      dilations: try require(record.dilations, "dilations", record),
      groups: try require(record.groups, "groups", record)
    )
  }

  func function(
    _ kind: Function.Kind,
    _ record: NodeRecord
  ) throws(ExportError) -> Function {
    if let function = Function(kind) { return function }
    guard kind == .clip else {
      return .power(try require(record.exponent, "exponent", record))
    }
    return .clip(
      lower: try require(record.lower, "lower", record),
      upper: try require(record.upper, "upper", record)
    )
  }

  mutating func quantizer(_ record: NodeRecord) throws(ExportError) -> Quantizer {
    Quantizer(
      try integer(record.to, record),
      scale: try scale(record.scale, "scale", record),
      zeroPoint: try integers(record.zeroPoint, "zeroPoint", record),
      placement: try require(record.placement, "placement", record)
    )
  }

  mutating func dequantizer(_ record: NodeRecord) throws(ExportError) -> Dequantizer {
    Dequantizer(
      scale: try scale(record.scale, "scale", record),
      zeroPoint: try integers(record.zeroPoint, "zeroPoint", record),
      offset: try scale(record.offset, "offset", record)
    )
  }

  mutating func requantizer(_ record: NodeRecord) throws(ExportError) -> Requantizer {
    Requantizer(
      try integer(record.to, record),
      multiplier: try scale(record.multiplier, "multiplier", record),
      offset: try scale(record.offset, "offset", record),
      zeroPoint: try integers(record.zeroPoint, "zeroPoint", record)
    )
  }
}

// Types and shapes

extension ProgramReader {
  func type(of record: NodeRecord) throws(ExportError) -> ValueType {
    let shape = try require(record.shape, "shape", record)
    guard Shape.count(shape) != nil else {
      throw malformed(record, expected: "dimensions of one value", found: "\(shape)")
    }
    let element = try require(record.element, "element", record)
    if element == "real" { return ValueType(.real, shape) }
    return ValueType(.integer(try integer(element, record)), shape)
  }

  func integer(
    _ text: String?,
    _ record: NodeRecord
  ) throws(ExportError) -> IntegerType {
    let text = try require(text, "an integer type", record)
    guard let type = IntegerType(text), type.description == text else {
      throw malformed(record, expected: "an integer type such as i8 or u3", found: "'\(text)'")
    }
    return type
  }
}

// Numbers

extension ProgramReader {
  mutating func constant(_ record: NodeRecord) throws(ExportError) -> Tensor {
    let type = try type(of: record)
    let (tensor, bytes) = try stored(try require(record.tensor, "tensor", record), type)
    sizes.constants += tensor.count
    sizes.constantBytes += bytes
    return tensor
  }

  mutating func scale(
    _ scale: ScaleRecord?,
    _ what: String,
    _ record: NodeRecord
  ) throws(ExportError) -> Scale {
    switch try require(scale, what, record) {
    case .one(let text):
      return Scale(try rational(text, record))
    case .texts(let shape, let values):
      let numbers = try values.split(separator: " ").map { text throws(ExportError) in
        try rational(text, record)
      }
      return try broadcast(numbers, shape, what, record)
    case .tensor(let shape, let text, let name):
      let factor = try rational(text, record)
      try requireFilled(shape, nil, what, record)
      let tensor = try table(name, ValueType(.real, shape))
      guard let multiples = tensor.rationals else {
        throw malformed(record, expected: "a finite \(what)", found: "others in '\(name)'")
      }
      return try broadcast(multiples.map { factor * $0 }, shape, what, record)
    }
  }

  mutating func integers(
    _ integers: IntegersRecord?,
    _ what: String,
    _ record: NodeRecord
  ) throws(ExportError) -> Broadcast<Int> {
    switch try require(integers, what, record) {
    case .one(let value):
      return Broadcast(value)
    case .tensor(let shape, let element, let name):
      try requireFilled(shape, nil, what, record)
      return try broadcast(try table(name, element, shape, record), shape, what, record)
    }
  }

  /// As many integers as the file holds under that name, `count` of them.
  mutating func row(
    _ row: RowRecord?,
    count: Int,
    _ what: String,
    _ record: NodeRecord
  ) throws(ExportError) -> [Int] {
    switch try require(row, what, record) {
    case .numbers(let numbers):
      guard numbers.count == count else {
        throw malformed(record, expected: "\(count) \(what)", found: "\(numbers.count)")
      }
      return numbers
    case .tensor(let element, let name):
      guard Shape.count([count]) != nil else {
        throw malformed(record, expected: "\(what) that a file can hold", found: "\(count)")
      }
      return try table(name, element, [count], record)
    }
  }

  func rational(
    _ text: some StringProtocol,
    _ record: NodeRecord
  ) throws(ExportError) -> Rational {
    if let value = RationalText.value(of: text) { return value }
    throw malformed(record, expected: "a ratio such as 3/5p-7", found: "'\(text.prefix(40))'")
  }

  func broadcast<Element>(
    _ values: [Element],
    _ shape: [Int],
    _ what: String,
    _ record: NodeRecord
  ) throws(ExportError) -> Broadcast<Element> {
    try requireFilled(shape, values.count, what, record)
    return Broadcast(values, shape: shape)
  }

  /// A table has at least one element, and as many as its shape says.
  func requireFilled(
    _ shape: [Int],
    _ found: Int?,
    _ what: String,
    _ record: NodeRecord
  ) throws(ExportError) {
    guard let count = Shape.count(shape), count > 0, count == found ?? count else {
      let found = found.map { "\($0) for \(shape)" } ?? "\(shape)"
      throw malformed(record, expected: "a \(what) that fills its shape", found: found)
    }
  }

  private mutating func table(_ name: String, _ type: ValueType) throws(ExportError) -> Tensor {
    let (tensor, bytes) = try stored(name, type)
    sizes.tableBytes += bytes
    return tensor
  }

  /// The integers of the tensor `name`.
  private mutating func table(
    _ name: String,
    _ element: String,
    _ shape: [Int],
    _ record: NodeRecord
  ) throws(ExportError) -> [Int] {
    guard element == StoredEncoding.wide else {
      let type = ValueType(.integer(try integer(element, record)), shape)
      return try table(name, type).integers ?? []
    }
    do {
      let array = try file.tensor(named: name)
      sizes.tableBytes += array.bytes.count
      return try StoredEncoding.wideIntegers(array, shape: shape)
    } catch {
      throw .data(error)
    }
  }

  private func stored(
    _ name: String,
    _ type: ValueType
  ) throws(ExportError) -> (Tensor, bytes: Int) {
    do {
      let array = try file.tensor(named: name)
      return (try StoredEncoding.tensor(array, type), array.bytes.count)
    } catch {
      throw .data(error)
    }
  }
}

// Errors

extension ProgramReader {
  func require<T>(
    _ attribute: T?,
    _ what: String,
    _ record: NodeRecord
  ) throws(ExportError) -> T {
    if let attribute { return attribute }
    throw malformed(record, expected: what, found: "none")
  }

  func malformed(
    _ record: NodeRecord,
    expected: String,
    found: String
  ) -> ExportError {
    .malformed(file: file.path, place: place(record), expected: expected, found: found)
  }

  /// The node that is being read.
  func place(_ record: NodeRecord) -> String {
    "node \(position)" + (record.name.map { " (\($0))" } ?? "") + ", \(record.op)"
  }
}
