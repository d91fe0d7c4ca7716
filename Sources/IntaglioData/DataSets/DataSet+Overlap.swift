extension DataSet {
  /// An image that is in both sets, by its bytes: the names that it has in each.
  ///
  /// - Returns: the first one of this set that the other one has, too; `nil` where there is none.
  /// - Throws: `DataError` for a file that cannot be read.
  public func firstImage(
    sharedWith other: DataSet
  ) throws(DataError) -> (here: String, there: String)? {
    var known: [XXH3: Int] = [:]
    for index in 0..<other.count { known[try other.checksum(at: index)] = index }
    for index in 0..<count {
      if let there = known[try checksum(at: index)] {
        return (name(at: index), other.name(at: there))
      }
    }
    return nil
  }

  /// Whether both have the same images in the same order, as a folder without a split of its own gives them for
  /// each.
  ///
  /// - Throws: `DataError` for a file that cannot be read.
  public func isSame(as other: DataSet) throws(DataError) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where try checksum(at: index) != other.checksum(at: index) {
      return false
    }
    return true
  }

  /// Of the bytes of image `index` as they are stored; of an IDX file of its pixels, of a sample of its
  /// numbers.
  package func checksum(at index: Int) throws(DataError) -> XXH3 {
    if let path = path(at: index) {
      let file = try MappedFile(path: path)
      return file.withBytes { bytes in XXH3(of: bytes) }
    }
    if let numbers = try sample(at: index)?.numbers { return XXH3(of: numbers.span.bytes) }
    let pixels = try image(at: index).pixels
    return XXH3(of: pixels.span.bytes)
  }
}
