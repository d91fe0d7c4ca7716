/// A stretch of memory that a plan knows by number.
struct Region: Hashable, Sendable {
  enum Space: Hashable, Sendable {
    /// Values between steps, reused by liveness; one copy for each pass in work.
    case buffer
    /// Weights and tables, shared by all.
    case constant
    /// What a step needs for itself while it runs; one copy for each thread.
    case scratch
  }

  let space: Space
  let index: Int
}

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
