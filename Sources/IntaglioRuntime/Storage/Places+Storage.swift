// Where things are: regions, places, tables and formats.

extension Region: StoredInPlan {
  func write(to writer: inout PlanWriter) {
    switch space {
    case .buffer: writer.write(UInt8(0))
    case .constant: writer.write(UInt8(1))
    case .scratch: writer.write(UInt8(2))
    }
    writer.write(index)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0: space = .buffer
    case 1: space = .constant
    case 2: space = .scratch
    default: throw reader.malformed("the space of a region")
    }
    index = try reader.count()
  }
}

extension Cursor: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(starts)
    writer.write(rowStride)
    writer.write(columnStride)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    starts = try reader.starts()
    rowStride = try reader.extent()
    columnStride = try reader.extent()
  }
}

extension Place: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(region)
    try writer.write(cursor)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    region = try reader.value()
    cursor = try reader.value()
  }
}

extension Table: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(region)
    try writer.write(starts)
    writer.write(rows)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    region = try reader.value()
    starts = try reader.starts()
    rows = try reader.positive()
  }
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

extension PlanReader {
  /// Where something starts in each outer iteration.
  mutating func starts() throws(PlanStorageError) -> [Int] {
    let starts: [Int] = try values()
    guard starts.allSatisfy({ $0 >= 0 }) else { throw malformed("starts from 0 on") }
    return starts
  }
}
