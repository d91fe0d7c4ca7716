import IntaglioGraph
import IntaglioNumerics

/// How the elements of a value lie in memory.
enum ElementFormat: Hashable, Sendable {
  case float32
  case int32
  case code(CodeFormat)

  /// In bytes.
  var size: Int {
    switch self {
    case .float32, .int32: 4
    case .code: 1
    }
  }

  var code: CodeFormat? {
    if case .code(let format) = self { format } else { nil }
  }

  /// Whether elements are read and written as `type`: codes as they are signed or as plain bytes.
  @inline(__always)
  func holds<T>(_ type: T.Type) -> Bool {
    switch self {
    case .float32: type == Float.self
    case .int32: type == Int32.self
    case .code(let format): type == UInt8.self || format.isSigned && type == Int8.self
    }
  }
}

/// How a code of at most 8 bits lies in its byte: as q + bias, read unsigned or signed.
struct CodeFormat: Hashable, Sendable {
  let bias: Int
  let isSigned: Bool
}

extension ElementFormat: StoredInPlan {
  func write(to writer: inout PlanWriter) {
    switch self {
    case .float32: writer.write(UInt8(0))
    case .int32: writer.write(UInt8(1))
    case .code(let code):
      writer.write(UInt8(2))
      writer.write(code.bias)
      writer.write(code.isSigned)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0: self = .float32
    case 1: self = .int32
    case 2:
      self = .code(CodeFormat(bias: try reader.integer(), isSigned: try reader.flag()))
    default: throw reader.malformed("the format of elements")
    }
  }
}

extension ElementFormat {
  /// Whether elements of `type` lie in this format.
  func fits(_ type: ValueType) -> Bool {
    switch (self, type.integer) {
    case (.float32, nil): true
    case (.int32, let integer?): integer.isSigned || integer.bits < 32
    case (.code, let integer?): integer.bits <= 8
    case (.float32, _?), (.int32, nil), (.code, nil): false
    }
  }
}

extension ElementFormat {
  var elements: PlannedPass.Elements {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .code: .codes
    }
  }
}
