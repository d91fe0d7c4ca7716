/// Reads and writes a view element by element, in row-major order of its shape: inputs, outputs and
/// observed values.
struct ViewAccess: Sendable {
  let place: Place
  let format: ElementFormat
  let count: Int
  let rows: Int
  let columns: Int
}

extension ViewAccess: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(place)
    try writer.write(format)
    for extent in [count, rows, columns] { writer.write(extent) }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    place = try reader.value()
    format = try reader.value()
    count = try reader.extent()
    (_, rows, columns) = try reader.extents(outer: place.cursor.starts.count)
  }
}

/// The elements of one value, row-major.
public enum ValueContents: Hashable, Sendable {
  case real([Float])
  /// Codes or accumulators, as the graph means them.
  case integer([Int])

  public var count: Int {
    switch self {
    case .real(let values): values.count
    case .integer(let values): values.count
    }
  }
}
