import IntaglioData

/// Arrays as files.
enum TestArray {
  static func write(_ numbers: [Float], _ shape: [Int], to path: String) throws {
    try NPYFile.write(floats: numbers, shape: shape, to: path)
  }
}
