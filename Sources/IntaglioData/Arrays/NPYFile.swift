/// A NumPy `.npy` file: one array, memory-mapped.
///
/// Read are versions 1, 2 and 3 with little-endian elements of the types in `StorageType` (but
/// BF16, which NumPy lacks). Elements are always handed out in C order; a file in Fortran order is
/// reordered on the way.
public struct NPYFile: Sendable {
  public let path: String
  public let type: StorageType
  /// The dimensions, outermost first; empty for a scalar.
  public let shape: [Int]
  private let isFortranOrder: Bool
  private let stored: StoredArray

  /// Opens and checks the file at `path`.
  ///
  /// - Throws: `DataError` when the file is unreadable, cut short, longer than its shape says, or
  ///   not of a supported type.
  public init(contentsOf path: String) throws(DataError) {
    let file = try MappedFile(path: path)
    let header = try NPYHeader(of: file)
    guard let byteCount = header.type.byteCount(ofShape: header.shape) else {
      let found = "\(header.shape)"
      throw .malformed(file: path, what: "NPY shape", expected: "a size below 2⁶³", found: found)
    }
    let available = file.count - header.dataStart
    guard byteCount <= available else {
      throw .truncated(file: path, what: "NPY data", expected: byteCount, found: available)
    }
    guard byteCount == available else {
      let expected = "\(byteCount) bytes for shape \(header.shape)"
      throw .malformed(file: path, what: "NPY data", expected: expected, found: "\(available)")
    }
    self.path = path
    self.type = header.type
    self.shape = header.shape
    self.isFortranOrder = header.isFortranOrder && header.shape.count > 1
    self.stored = StoredArray(
      file: path,
      name: splitPath(path).name,
      type: header.type,
      shape: header.shape,
      bytes: MappedBytes(file: file, range: header.dataStart..<file.count)
    )
  }

  /// The elements as float32, F64 rounded to nearest; integers of at most 16 bits too.
  ///
  /// - Throws: `DataError.unsupported` for wider integers.
  public func floats() throws(DataError) -> [Float] { inCOrder(try stored.floats()) }

  /// The elements with `index` along the first axis, in C order, as float32.
  ///
  /// - Precondition: the array has a first axis, and `index` lies within it.
  /// - Throws: `DataError.unsupported` for integers of more than 16 bits.
  public func floats(at index: Int) throws(DataError) -> [Float] {
    precondition(!shape.isEmpty && (0..<shape[0]).contains(index), "\(index) of \(shape)")
    let size = stored.count / shape[0]
    let range = index * size..<(index + 1) * size
    // In Fortran order one item is spread over the whole file.
    return isFortranOrder ? Array(try floats()[range]) : try stored.floats(in: range)
  }

  /// The elements as float64, always exact.
  ///
  /// - Throws: `DataError.unsupported` for integers of 64 bits.
  public func doubles() throws(DataError) -> [Double] { inCOrder(try stored.doubles()) }

  /// The elements of an integer or boolean array.
  ///
  /// - Throws: `DataError.unsupported` for floats and for a U64 beyond `Int.max`.
  public func integers() throws(DataError) -> [Int] { inCOrder(try stored.integers()) }

  /// Elements in file order → elements in C order.
  private func inCOrder<Element>(_ elements: [Element]) -> [Element] {
    guard isFortranOrder, !elements.isEmpty else { return elements }
    // strides[i]: how far apart in the file two neighbours along axis i lie.
    var strides = [1]
    for extent in shape.dropLast() { strides.append(strides[strides.count - 1] * extent) }
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for _ in elements {
      result.append(elements[position])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= index[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
