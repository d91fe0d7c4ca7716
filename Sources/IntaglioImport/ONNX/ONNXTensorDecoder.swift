import Foundation
import IntaglioData
import SwiftProtobuf

/// Reads the elements of tensors from a model file and from the data files beside it.
struct ONNXTensorDecoder {
  /// How many elements a tensor may have.
  static let largestCount = Int(Int32.max)

  private var externalData: ONNXExternalData

  /// - Parameter externalData: the data files beside the model file.
  init(_ externalData: ONNXExternalData) { self.externalData = externalData }

  /// The elements of `tensor`, which messages call `place`, by default by its name.
  ///
  /// - Throws: `malformed` when dimensions, element type and data contradict each other.
  mutating func constant(
    _ tensor: ONNXTensorProto,
    place: String? = nil
  ) throws(ONNXFault) -> ONNXConstant {
    let place = place ?? "initializer \(tensor.name)"
    let type = try elementType(tensor, place)
    let shape = try shape(tensor, place)
    let count = shape.reduce(1, *)
    let name = tensor.name.isEmpty ? nil : tensor.name
    guard tensor.dataLocation == 1 || tensor.hasRawData else {
      let elements = try typedElements(tensor, type, count: count, place)
      return ONNXConstant(type, shape, elements, name: name)
    }
    let bytes = (count * type.bits + 7) / 8
    if tensor.dataLocation == 1 {
      let mapped = try externalData.bytes(of: tensor, count: bytes, place: place)
      let elements = try read(mapped, place) { span in
        Self.elements(in: span, type, count: count)
      }
      return ONNXConstant(type, shape, elements, name: name)
    }
    guard tensor.rawData.count == bytes else {
      throw .malformed(
        place: place,
        expected: "\(bytes) bytes for \(type.name)\(shape)",
        found: "\(tensor.rawData.count)"
      )
    }
    let elements = Self.elements(in: tensor.rawData.bytes, type, count: count)
    return ONNXConstant(type, shape, try checked(elements, type, place), name: name)
  }

  private func elementType(
    _ tensor: ONNXTensorProto,
    _ place: String
  ) throws(ONNXFault) -> ONNXElementType {
    if let type = ONNXElementType(rawValue: tensor.elementType) { return type }
    throw .unsupported(
      place: place,
      feature: "element type number \(tensor.elementType)",
      advice: "use float, integer or bool tensors"
    )
  }

  private func shape(
    _ tensor: ONNXTensorProto,
    _ place: String
  ) throws(ONNXFault) -> [Int] {
    let shape = tensor.extents.map { Int($0) }
    guard shape.allSatisfy({ $0 >= 0 }) else {
      throw .malformed(place: place, expected: "dimensions ≥ 0", found: "\(shape)")
    }
    guard ONNXConversion.isSmall(shape) else {
      throw .malformed(
        place: place,
        expected: "at most \(Self.largestCount) elements",
        found: "dimensions \(shape)"
      )
    }
    return shape
  }

  private func read(
    _ bytes: MappedBytes,
    _ place: String,
    _ decode: (RawSpan) -> ONNXConstant.Elements?
  ) throws(ONNXFault) -> ONNXConstant.Elements {
    do {
      let elements = try bytes.withBytes { span throws(DataError) in decode(span) }
      if let elements { return elements }
    } catch {
      throw .malformed(place: place, expected: "readable external data", found: "\(error)")
    }
    throw .malformed(place: place, expected: "elements of its type", found: "values out of range")
  }

  private func checked(
    _ elements: ONNXConstant.Elements?,
    _ type: ONNXElementType,
    _ place: String
  ) throws(ONNXFault) -> ONNXConstant.Elements {
    if let elements { return elements }
    throw .malformed(
      place: place,
      expected: "\(type.name) elements",
      found: "values out of range or stray bits"
    )
  }
}

extension ONNXTensorDecoder {
  /// The elements that lie in `bytes`, or `nil` when one cannot be kept.
  private static func elements(
    in bytes: RawSpan,
    _ type: ONNXElementType,
    count: Int
  ) -> ONNXConstant.Elements? {
    switch type {
    case .float: StorageType.f32.floats(in: bytes).map { .floats($0) }
    case .float16: StorageType.f16.floats(in: bytes).map { .floats($0) }
    case .bfloat16: StorageType.bf16.floats(in: bytes).map { .floats($0) }
    case .double: StorageType.f64.doubles(in: bytes).map { .doubles($0) }
    case .int8: StorageType.i8.integers(in: bytes).map { .integers($0) }
    case .uint8: StorageType.u8.integers(in: bytes).map { .integers($0) }
    case .int16: StorageType.i16.integers(in: bytes).map { .integers($0) }
    case .uint16: StorageType.u16.integers(in: bytes).map { .integers($0) }
    case .int32: StorageType.i32.integers(in: bytes).map { .integers($0) }
    case .uint32: StorageType.u32.integers(in: bytes).map { .integers($0) }
    case .int64: StorageType.i64.integers(in: bytes).map { .integers($0) }
    case .uint64: StorageType.u64.integers(in: bytes).map { .integers($0) }
    case .bool: StorageType.bool.integers(in: bytes).map { .integers($0) }
    case .uint2, .int2, .uint4, .int4:
      (try? PackedBits(bits: type.bits, isSigned: type.isSigned).unpack(bytes, count: count))
        .map { .integers($0) }
    }
  }

  /// The elements in the field that the standard assigns to `type`.
  private func typedElements(
    _ tensor: ONNXTensorProto,
    _ type: ONNXElementType,
    count: Int,
    _ place: String
  ) throws(ONNXFault) -> ONNXConstant.Elements {
    let elements: ONNXConstant.Elements?
    switch type {
    case .float:
      elements = .floats(tensor.floatData)
    case .double:
      elements = .doubles(tensor.doubleData)
    case .int64:
      elements = .integers(tensor.int64Data.map(Int.init))
    case .uint32, .uint64:
      let values = tensor.uint64Data.compactMap { Int(exactly: $0) }
      elements = values.count == tensor.uint64Data.count ? .integers(values) : nil
    case .float16, .bfloat16:
      elements = halves(tensor.int32Data, type)
    case .int32, .int16, .uint16, .int8, .uint8, .bool:
      let values = tensor.int32Data.map(Int.init)
      elements = values.allSatisfy { type.wrapped($0) == $0 } ? .integers(values) : nil
    case .uint2, .int2, .uint4, .int4:
      let bytes = tensor.int32Data.compactMap { UInt8(exactly: $0) }
      let isWhole = bytes.count == tensor.int32Data.count
      elements = isWhole ? Self.elements(in: bytes.span.bytes, type, count: count) : nil
    }
    let found = try checked(elements, type, place)
    guard found.count == count else {
      throw .malformed(place: place, expected: "\(count) elements", found: "\(found.count)")
    }
    return found
  }

  /// Half-precision numbers whose bit patterns stand in integers.
  private func halves(_ patterns: [Int32], _ type: ONNXElementType) -> ONNXConstant.Elements? {
    var values: [Float] = []
    for pattern in patterns {
      guard let bits = UInt16(exactly: pattern) else { return nil }
      values.append(
        type == .float16
          ? Float(Float16(bitPattern: bits)) : Float(bitPattern: UInt32(bits) << 16)
      )
    }
    return .floats(values)
  }
}
