import CZlib

/// The gzip format (RFC 1952), read through zlib.
enum Gzip {
  /// Whether `bytes` begin like a gzip file.
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// Inflates `bytes`, which may hold several members one after another.
  ///
  /// The output grows with what was really inflated, so a small file that claims much costs little,
  /// and it never exceeds `limit` bytes.
  /// - Throws: `DataError.truncated`, `malformed`, or `tooLarge` as soon as the limit is passed.
  static func inflate(_ bytes: [UInt8], file: String, limit: Int) throws(DataError) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    repeat {
      var member = try GzipMember(file: file, start: position)
      position = try member.inflate(bytes, into: &output, limit: limit)
    } while position < bytes.count
    return output
  }
}

/// One member of a gzip file while it is inflated, and owner of the zlib stream, which may not move.
private struct GzipMember: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>
  private let file: String
  private var position: Int
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)

  init(file: String, start: Int) throws(DataError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    self.file = file
    self.position = start
    let gzipWindow: Int32 = 15 + 16
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, gzipWindow, ZLIB_VERSION, size) == Z_OK else {
      throw .unreadable(file: file, reason: "zlib refused to start")
    }
  }

  deinit {
    // Harmless on a stream that did not start: its state is nil.
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates to the end of the member; returns where in `bytes` it ends.
  mutating func inflate(
    _ bytes: [UInt8],
    into output: inout [UInt8],
    limit: Int
  ) throws(DataError) -> Int {
    while true {
      let step = step(bytes)
      position += step.consumed
      output.append(contentsOf: chunk.prefix(step.produced))
      guard output.count <= limit else {
        throw .tooLarge(file: file, what: "inflated size", limit: limit, found: output.count)
      }
      switch step.status {
      case Z_STREAM_END:
        return position
      case Z_OK where step.consumed + step.produced > 0:
        continue
      case Z_OK, Z_BUF_ERROR:
        let found = bytes.count
        throw .truncated(file: file, what: "gzip stream", expected: found + 1, found: found)
      default:
        throw .malformed(
          file: file,
          what: "gzip stream, byte \(position)",
          expected: "valid deflate data",
          found: stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(step.status)"
        )
      }
    }
  }

  /// One call of zlib over the rest of the input, at most 1 GiB at a time, and the whole chunk.
  private mutating func step(
    _ bytes: [UInt8]
  ) -> (status: Int32, consumed: Int, produced: Int) {
    let start = position
    let available = min(bytes.count - start, 1 << 30)
    let capacity = chunk.count
    let stream = stream
    let status = bytes.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { output in
        // zlib only reads from next_in; its type is not const for historical reasons.
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: start)
        )
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(capacity)
        return CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    let consumed = available - Int(stream.pointee.avail_in)
    return (status, consumed, capacity - Int(stream.pointee.avail_out))
  }
}
