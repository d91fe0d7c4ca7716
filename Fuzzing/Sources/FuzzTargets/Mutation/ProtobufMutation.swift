import IntaglioNumerics

/// Changes one field of a message in protobuf's wire format; all lengths around it stay right.
///
/// The schema is not asked: bytes that parse as a message are taken for one.
enum ProtobufMutation {
  /// The mutation that puts any of `words` in the place of a string.
  static func mutation(_ words: [String]) -> FuzzTarget.Mutation {
    let words = words.map { Array($0.utf8) }
    return { bytes, limit, random in
      guard var message = ProtobufMessage(bytes[...]) else { return }
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        mutate(&message, words, depth: 0, &random)
      }
      let result = message.bytes
      if result.count <= limit { bytes = result }
    }
  }

  private static func mutate(
    _ message: inout ProtobufMessage,
    _ words: [[UInt8]],
    depth: Int,
    _ random: inout SplitMix64
  ) {
    guard let index = message.fields.indices.randomElement(using: &random) else { return }
    if case .message(var inner) = message.fields[index].content, depth < 12,
      Int.random(in: 0..<8, using: &random) > 0
    {
      mutate(&inner, words, depth: depth + 1, &random)
      message.fields[index].content = .message(inner)
      return
    }
    switch Int.random(in: 0..<10, using: &random) {
    case 0: message.fields.remove(at: index)
    case 1: message.fields.insert(message.fields[index], at: index)
    case 2:
      let other = Int.random(in: message.fields.indices, using: &random)
      message.fields.swapAt(index, other)
    case 3:
      // What stands in another field of this message.
      let other = Int.random(in: message.fields.indices, using: &random)
      message.fields[index].content = message.fields[other].content
    case 4: message.fields[index].number = UInt64.random(in: 1...24, using: &random)
    default: message.fields[index].content = changed(message.fields[index].content, words, &random)
    }
  }

  private static func changed(
    _ content: ProtobufMessage.Content,
    _ words: [[UInt8]],
    _ random: inout SplitMix64
  ) -> ProtobufMessage.Content {
    switch content {
    case .varint(let value):
      let ends: [UInt64] = [
        0, 1, 2, 3, 4, 7, 8, 16, 64, .max, .max - 1, 1 << 62, 1 << 63, 1 << 31, 1 << 20,
      ]
      let isSmall = Bool.random(using: &random)
      let step = UInt64.random(in: 0...4, using: &random) &- 2
      return .varint(isSmall ? value &+ step : ends.randomElement(using: &random) ?? 0)
    case .fixed(var bytes):
      guard let place = bytes.indices.randomElement(using: &random) else { return content }
      bytes[place] = [0, 0x7F, 0x80, 0xFF, 0x3F].randomElement(using: &random) ?? 0
      return .fixed(bytes)
    case .bytes(let bytes): return .bytes(changed(bytes, words, &random))
    case .message(let inner):
      // Whatever it is, as bytes.
      return .bytes(changed(inner.bytes, words, &random))
    }
  }

  private static func changed(
    _ bytes: [UInt8],
    _ words: [[UInt8]],
    _ random: inout SplitMix64
  ) -> [UInt8] {
    var bytes = bytes
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return words.randomElement(using: &random) ?? []
    case 1: return Array(bytes.prefix(bytes.count / 2))
    case 2: return bytes.count < 4096 ? bytes + bytes : bytes
    case 3:
      guard let place = bytes.indices.randomElement(using: &random) else { return [0] }
      bytes[place] = UInt8.random(in: 0...255, using: &random)
      return bytes
    default:
      // A tensor's elements of 4 or 8 bytes.
      let size = Bool.random(using: &random) ? 8 : 4
      guard bytes.count >= size else { return bytes + [0] }
      let place = Int.random(in: 0..<bytes.count / size, using: &random) * size
      let element: [UInt8] =
        [
          [0], [1], [0xFF], [0x7F], [2], [0x80],
        ].randomElement(using: &random) ?? [0]
      let fill: UInt8 = element[0] == 0xFF ? 0xFF : 0
      let isLast = element[0] == 0x7F || element[0] == 0x80
      for index in 0..<size { bytes[place + index] = fill }
      bytes[place + (isLast ? size - 1 : 0)] = element[0]
      return bytes
    }
  }
}

/// A message as its fields stand in it.
private struct ProtobufMessage {
  indirect enum Content {
    case varint(UInt64)
    /// Four bytes or eight.
    case fixed([UInt8])
    case bytes([UInt8])
    case message(ProtobufMessage)
  }

  struct Field {
    var number: UInt64
    var content: Content
  }

  var fields: [Field] = []

  /// `nil` where the bytes are not all of a message.
  init?(_ bytes: ArraySlice<UInt8>, depth: Int = 0) {
    var rest = bytes
    while !rest.isEmpty {
      guard let key = Self.varint(&rest), (1...32).contains(key >> 3) else { return nil }
      switch key & 7 {
      case 0:
        guard let value = Self.varint(&rest) else { return nil }
        fields.append(Field(number: key >> 3, content: .varint(value)))
      case 1, 5:
        let size = key & 7 == 1 ? 8 : 4
        guard rest.count >= size else { return nil }
        fields.append(Field(number: key >> 3, content: .fixed(Array(rest.prefix(size)))))
        rest = rest.dropFirst(size)
      case 2:
        guard let length = Self.varint(&rest), length <= rest.count else { return nil }
        let body = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        let inner = body.isEmpty || depth > 12 ? nil : ProtobufMessage(body, depth: depth + 1)
        fields.append(
          Field(number: key >> 3, content: inner.map { .message($0) } ?? .bytes(Array(body)))
        )
      default: return nil
      }
    }
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    func append(_ value: UInt64) {
      var value = value
      while value >= 0x80 {
        result.append(UInt8(truncatingIfNeeded: value) | 0x80)
        value >>= 7
      }
      result.append(UInt8(truncatingIfNeeded: value))
    }
    for field in fields {
      switch field.content {
      case .varint(let value):
        append(field.number << 3)
        append(value)
      case .fixed(let bytes):
        append(field.number << 3 | (bytes.count == 8 ? 1 : 5))
        result += bytes
      case .bytes(let bytes):
        append(field.number << 3 | 2)
        append(UInt64(bytes.count))
        result += bytes
      case .message(let inner):
        let bytes = inner.bytes
        append(field.number << 3 | 2)
        append(UInt64(bytes.count))
        result += bytes
      }
    }
    return result
  }
}
