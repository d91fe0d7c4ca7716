package import IntaglioProtocol
import CZlib
import HTTPTypes
package import NIOCore

/// The codings of bodies: gzip, and deflate, which is the format of zlib (RFC 1950).
package enum Compression: String, Sendable {
  case gzip
  case deflate

  /// What a request is coded in; `nil` for nothing.
  ///
  /// - Throws: `ServingError` 415 for other codings.
  init?(contentEncoding: String?) throws(ServingError) {
    guard let word = contentEncoding?.lowercased(), !word.isEmpty, word != "identity" else {
      return nil
    }
    guard let coding = Compression(rawValue: word == "x-gzip" ? "gzip" : word) else {
      throw ServingError(
        status: 415,
        "unknown Content-Encoding \(quoted(word)); send gzip, deflate or identity"
      )
    }
    self = coding
  }

  /// What a reply is coded in; `nil` for nothing.
  init?(acceptEncoding: String?) {
    let accepted = (acceptEncoding ?? "").lowercased().split(separator: ",").compactMap { item in
      let parts = item.split(separator: ";").map { $0.filter { $0 != " " } }
      let isRefused = parts.dropFirst().contains {
        $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0
      }
      return isRefused ? nil : parts.first
    }
    if accepted.contains("gzip") {
      self = .gzip
    } else if accepted.contains("deflate") {
      self = .deflate
    } else {
      return nil
    }
  }

  /// Decompresses a whole body.
  ///
  /// - Parameters:
  ///   - body: one whole stream.
  ///   - limit: the most bytes that it may become; more are never made.
  /// - Returns: what was compressed.
  /// - Throws: `ServingError` 413 beyond the limit, 400 for damaged, cut and continued streams.
  package func inflated(_ body: ByteBuffer, limit: Int) throws(ServingError) -> ByteBuffer {
    var stream = z_stream()
    // 15 bits of window, the header of either format.
    guard
      inflateInit2_(&stream, 47, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw ServingError(status: 500, "zlib does not start") }
    defer { inflateEnd(&stream) }
    var (input, output, isOver) = (body, ByteBuffer(), false)
    while !isOver {
      let step = min(max(4 * body.readableBytes, 4096), 256 << 10, limit - output.readableBytes + 1)
      var status = Z_OK
      let produced = output.writeWithUnsafeMutableBytes(minimumWritableBytes: step) { target in
        var consumed = 0
        var made = 0
        input.withUnsafeReadableBytes { source in
          let space = min(target.count, step)
          let available = min(source.count, Int(UInt32.max))
          stream.next_in = UnsafeMutablePointer(
            mutating: source.bindMemory(to: UInt8.self).baseAddress
          )
          stream.avail_in = UInt32(available)
          stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
          stream.avail_out = UInt32(space)
          status = CZlib.inflate(&stream, Z_NO_FLUSH)
          consumed = available - Int(stream.avail_in)
          made = space - Int(stream.avail_out)
        }
        input.moveReaderIndex(forwardBy: consumed)
        return made
      }
      guard output.readableBytes <= limit else { throw .tooLarge(limit: limit) }
      switch status {
      case Z_STREAM_END: isOver = true
      case Z_OK where produced > 0 || input.readableBytes > 0: break
      case Z_OK, Z_BUF_ERROR: throw damaged("ends too early")
      default: throw damaged("is damaged")
      }
    }
    guard input.readableBytes == 0 else { throw damaged("goes on behind its end") }
    return output
  }

  private func damaged(_ what: String) -> ServingError {
    .badRequest("the \(rawValue) body \(what); send all of one stream")
  }

  /// Compresses a whole body, quickly; `nil` where zlib has no memory.
  package func deflated(_ body: ByteBuffer) -> ByteBuffer? {
    var stream = z_stream()
    let bits: Int32 = self == .gzip ? 31 : 15
    guard
      deflateInit2_(
        &stream,
        1,
        Z_DEFLATED,
        bits,
        8,
        Z_DEFAULT_STRATEGY,
        ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)
      ) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    guard body.readableBytes < 1 << 31 else { return nil }
    let bound = Int(deflateBound(&stream, UInt(body.readableBytes)))
    var (output, status) = (ByteBuffer(), Z_OK)
    output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
      body.withUnsafeReadableBytes { source in
        stream.next_in = UnsafeMutablePointer(
          mutating: source.bindMemory(to: UInt8.self).baseAddress
        )
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(bound)
        status = CZlib.deflate(&stream, Z_FINISH)
        return bound - Int(stream.avail_out)
      }
    }
    return status == Z_STREAM_END ? output : nil
  }
}
