import Foundation

/// Words of a value change dump between white space, read piece by piece.
struct VCDTokens {
  let path: String
  private let handle: FileHandle
  private var buffer: [UInt8] = []
  private var position = 0
  private var isOver = false
  private(set) var line = 1

  /// - Throws: `VCDError` when the file cannot be read.
  init(path: String) throws(VCDError) {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw VCDError(path, .unreadable)
    }
    (self.path, self.handle) = (path, handle)
  }

  /// `token`, of the line that it was on or of the present one.
  func fault(_ token: [UInt8], line: Int? = nil) -> VCDError {
    VCDError(path, .unexpected(String(decoding: token, as: UTF8.self), line: line ?? self.line))
  }

  /// - Returns: `nil` at the end of the file.
  mutating func next() throws(VCDError) -> [UInt8]? {
    while true {
      while position < buffer.count, buffer[position] <= UInt8(ascii: " ") {
        if buffer[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
      }
      var end = position
      while end < buffer.count, buffer[end] > UInt8(ascii: " ") { end += 1 }
      // A word that touches the end of the buffer may go on behind it.
      if end < buffer.count || isOver {
        guard end > position else { return nil }
        defer { position = end }
        return Array(buffer[position..<end])
      }
      try refill()
    }
  }

  private mutating func refill() throws(VCDError) {
    buffer.removeFirst(position)
    position = 0
    do {
      let more = try handle.read(upToCount: 1 << 20) ?? Data()
      isOver = more.isEmpty
      buffer += more
    } catch {
      throw VCDError(path, .unreadable)
    }
  }
}
