extension ViewAccess {
  /// Asks for every element, and that there are no more than the region has room for: a view that
  /// shows one element without end is none of a port.
  ///
  /// `writes` where the port takes values in.
  func walk(_ memory: Memory, writes: Bool) {
    memory.require(
      place.cursor.starts.count * (rows * columns) == count,
      "as many elements as the view of a port has"
    )
    let dense = Grid(columns: count)
    _ = memory.bytes(place.region, dense, size: format.size)
    memory.require(!writes || place.region.space == .buffer, "an input among the values")
    for outer in place.cursor.starts.indices {
      guard memory.isSound else { break }
      _ = memory.bytes(
        place.region,
        at: place.element(outer, 0, memory),
        place.grid(rows: rows, columns: columns),
        size: format.size
      )
    }
  }

  /// The elements as reals; codes and accumulators as whole numbers.
  func read(_ memory: Memory, into out: UnsafeMutablePointer<Float>) {
    switch format {
    case .float32: forEach(memory, Float.self) { out[$0] = $1.pointee }
    case .int32: forEach(memory, Int32.self) { out[$0] = Float($1.pointee) }
    case .code(let code):
      forEach(memory, UInt8.self) { out[$0] = Float(Self.code($1.pointee, code)) }
    }
  }

  /// Stores `values`, which the caller has checked to be whole where the format holds integers.
  func write(_ values: UnsafePointer<Float>, _ memory: Memory) {
    switch format {
    case .float32 where place.cursor.columnStride == 1: copyRows(values, memory)
    case .float32: forEach(memory, Float.self) { $1.pointee = values[$0] }
    case .int32: forEach(memory, Int32.self) { $1.pointee = Int32(values[$0]) }
    case .code(let code):
      forEach(memory, UInt8.self) {
        $1.pointee = UInt8(truncatingIfNeeded: Int(values[$0]) + code.bias)
      }
    }
  }

  private func copyRows(_ values: UnsafePointer<Float>, _ memory: Memory) {
    var next = values
    for outer in place.cursor.starts.indices {
      for row in 0..<rows {
        memory.write(
          place.region,
          at: place.element(outer, row, memory),
          Grid(columns: columns),
          as: Float.self
        )
        .update(from: next, count: columns)
        next += columns
      }
    }
  }

  func contents(_ memory: Memory) -> ValueContents {
    switch format {
    case .float32:
      var reals = [Float](repeating: 0, count: count)
      forEach(memory, Float.self) { reals[$0] = $1.pointee }
      return .real(reals)
    case .int32:
      var integers = [Int](repeating: 0, count: count)
      forEach(memory, Int32.self) { integers[$0] = Int($1.pointee) }
      return .integer(integers)
    case .code(let code):
      var integers = [Int](repeating: 0, count: count)
      forEach(memory, UInt8.self) { integers[$0] = Self.code($1.pointee, code) }
      return .integer(integers)
    }
  }

  /// Stores `contents`, which the caller has checked to fit.
  func replace(_ contents: ValueContents, _ memory: Memory) {
    switch (contents, format) {
    case (.real(let reals), .float32):
      forEach(memory, Float.self) { $1.pointee = reals[$0] }
    case (.integer(let integers), .int32):
      forEach(memory, Int32.self) { $1.pointee = Int32(truncatingIfNeeded: integers[$0]) }
    case (.integer(let integers), .code(let code)):
      forEach(memory, UInt8.self) {
        $1.pointee = UInt8(truncatingIfNeeded: integers[$0] + code.bias)
      }
    case (.real, .int32), (.real, .code), (.integer, .float32):
      break
    }
  }

  private static func code(_ byte: UInt8, _ format: CodeFormat) -> Int {
    (format.isSigned ? Int(Int8(bitPattern: byte)) : Int(byte)) - format.bias
  }

  @inline(__always)
  private func forEach<T>(
    _ memory: Memory,
    _ type: T.Type,
    _ body: (Int, UnsafeMutablePointer<T>) -> Void
  ) {
    var index = 0
    for outer in place.cursor.starts.indices {
      for row in 0..<rows {
        let first = memory.bytes(
          place.region,
          at: place.element(outer, row, memory),
          place.grid(rows: 1, columns: columns),
          size: MemoryLayout<T>.stride
        )
        .assumingMemoryBound(to: type)
        for column in 0..<columns {
          body(index, first + column * place.cursor.columnStride)
          index += 1
        }
      }
    }
  }
}
