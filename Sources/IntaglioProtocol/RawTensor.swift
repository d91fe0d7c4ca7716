package import NIOCore

/// A tensor in the binary form: little endian, row major.
package enum RawTensor {
  /// Numbers as float32.
  ///
  /// Whole numbers of up to 24 bits, FP16 and FP32 are exact; FP64 is rounded once.
  ///
  /// - Parameters:
  ///   - bytes: a whole number of elements.
  ///   - type: of the elements.
  ///   - name: the input's, for messages.
  /// - Returns: as many numbers as there are elements.
  /// - Throws: `ServingError` 400 for whole numbers that float32 does not hold, and types of no numbers.
  package static func floats(
    _ bytes: ByteBuffer,
    _ type: TensorType,
    _ name: String
  ) throws(ServingError) -> [Float] {
    switch type {
    case .float32: floats(bytes)
    case .float16: reals(bytes, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .float64: reals(bytes, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .int8: try integers(bytes, Int8.self, name)
    case .int16: try integers(bytes, Int16.self, name)
    case .int32: try integers(bytes, Int32.self, name)
    case .int64: try integers(bytes, Int64.self, name)
    case .uint8: try integers(bytes, UInt8.self, name)
    case .uint16: try integers(bytes, UInt16.self, name)
    case .uint32: try integers(bytes, UInt32.self, name)
    case .uint64: try integers(bytes, UInt64.self, name)
    case .bool, .bytes: throw .badRequest("input \(quoted(name)): \(type.rawValue) is no number")
    }
  }

  /// FP32 as it is.
  package static func floats(_ bytes: ByteBuffer) -> [Float] {
    bytes.withUnsafeReadableBytes { source in
      [Float](unsafeUninitializedCapacity: source.count / 4) { target, count in
        count = source.count / 4
        copy(source, to: UnsafeMutableRawBufferPointer(target))
      }
    }
  }

  /// Copies as many whole FP32 numbers as both have room for.
  package static func copy(
    _ source: UnsafeRawBufferPointer,
    to target: UnsafeMutableRawBufferPointer
  ) {
    let size = min(source.count, target.count) / 4 * 4
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<size]))
    #if _endian(big)
    for place in stride(from: 0, to: size, by: 4) {
      let word = target.loadUnaligned(fromByteOffset: place, as: UInt32.self)
      target.storeBytes(of: word.byteSwapped, toByteOffset: place, as: UInt32.self)
    }
    #endif
  }

  private static func reals<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: ByteBuffer,
    _: Word.Type,
    _ convert: (Word) -> Float
  ) -> [Float] {
    let size = MemoryLayout<Word>.size
    return bytes.withUnsafeReadableBytes { source in
      (0..<source.count / size).map {
        convert(Word(littleEndian: source.loadUnaligned(fromByteOffset: $0 * size, as: Word.self)))
      }
    }
  }

  private static func integers<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: ByteBuffer,
    _ type: Word.Type,
    _ name: String
  ) throws(ServingError) -> [Float] {
    // Not a number marks what is too large.
    let numbers = reals(bytes, type) { $0.magnitude <= 1 << 24 ? Float($0) : .nan }
    guard Word.bitWidth <= 16 || numbers.allSatisfy(\.isFinite) else {
      throw .badRequest("input \(quoted(name)): an element has more than 24 bits")
    }
    return numbers
  }

  /// The elements of a BYTES tensor, each after its length in 4 bytes.
  ///
  /// - Throws: `ServingError` 400 where lengths and bytes do not add up to `count` elements.
  package static func strings(
    _ bytes: ByteBuffer,
    count: Int,
    _ name: String
  ) throws(ServingError) -> [[UInt8]] {
    var (rest, strings) = (bytes, [[UInt8]]())
    while rest.readableBytes > 0 {
      guard let length = rest.readInteger(endianness: .little, as: UInt32.self),
        let string = rest.readBytes(length: Int(length))
      else {
        throw .badRequest(
          "input \(quoted(name)): BYTES end within an element; each is 4 bytes of length and its bytes"
        )
      }
      strings.append(string)
    }
    guard strings.count == count else {
      throw .badRequest(
        "input \(quoted(name)): \(strings.count) elements of BYTES, but its shape says \(count)"
      )
    }
    return strings
  }
}
