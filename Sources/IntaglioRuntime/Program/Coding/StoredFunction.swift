import IntaglioGraph

extension BinaryOperation {
  private static let all: [BinaryOperation] = [.add, .subtract, .multiply, .divide]

  var code: UInt8 {
    switch self {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    case .divide: 3
    }
  }

  init?(code: UInt8) {
    guard let operation = Self.all.first(where: { $0.code == code }) else { return nil }
    self = operation
  }
}

extension IntegerOperation {
  private static let all: [IntegerOperation] = [.add, .subtract, .multiply]

  var code: UInt8 {
    switch self {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    }
  }

  init?(code: UInt8) {
    guard let operation = Self.all.first(where: { $0.code == code }) else { return nil }
    self = operation
  }
}

/// A function by its number among all kinds and its parameters.
struct StoredFunction: StoredInPlan {
  let function: Function

  init(_ function: Function) { self.function = function }

  private static let clip = UInt8(100)
  private static let power = UInt8(101)

  func write(to writer: inout PlanWriter) {
    if case .clip(let lower, let upper) = function {
      writer.write(Self.clip)
      writer.write(lower)
      writer.write(upper)
    } else if case .power(let exponent) = function {
      writer.write(Self.power)
      writer.write(exponent)
    } else {
      writer.write(UInt8(Function.Kind.allCases.firstIndex(of: function.kind) ?? 0))
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    let code: UInt8 = try reader.number()
    if code == Self.clip {
      let (lower, upper) = (try reader.double(), try reader.double())
      guard lower <= upper else { throw reader.malformed("limits in their order") }
      function = .clip(lower: lower, upper: upper)
    } else if code == Self.power {
      function = .power(try reader.double())
    } else {
      let kinds = Function.Kind.allCases
      guard kinds.indices.contains(Int(code)), let plain = Function(kinds[Int(code)]) else {
        throw reader.malformed("a function")
      }
      function = plain
    }
  }
}
